/** Numbers for the values of a model: each name in the innermost scope that makes it. */

import type { Graph } from '../../../model/graph.ts';
import type { FunctionDefinition } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';

export class ValueTable {
  readonly names: string[] = [];
  readonly scopes: number[] = [];
  private readonly maps: { readonly known: Map<string, number>; readonly parent: number }[] = [];

  /** Adds the scope of a graph or function, with all values that it makes; answers its number. */
  enter(body: Graph | FunctionDefinition, parent: number): number {
    const scope = this.maps.length;
    this.maps.push({ known: new Map(), parent });
    if ('initializers' in body) {
      for (const { name } of body.inputs) this.define(scope, name);
      for (const name of body.initializers.keys()) this.define(scope, name);
      for (const name of body.sparseInitializers.keys()) this.define(scope, name);
    } else for (const name of body.inputs) this.define(scope, name);
    for (const node of body.nodes as readonly Node[]) {
      for (const output of node.outputs) if (output !== '') this.define(scope, output);
    }
    return scope;
  }

  /** The value that `name` means in `scope`; one that nobody makes belongs to the scope itself. */
  find(scope: number, name: string): number {
    for (let at = scope; at >= 0; at = this.maps[at]!.parent) {
      const value = this.maps[at]!.known.get(name);
      if (value !== undefined) return value;
    }
    return this.define(scope, name);
  }

  private define(scope: number, name: string): number {
    const { known } = this.maps[scope]!;
    const value = known.get(name) ?? this.names.length;
    if (value === this.names.length) {
      known.set(name, value);
      this.names.push(name);
      this.scopes.push(scope);
    }
    return value;
  }
}
