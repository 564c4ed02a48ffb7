/** A network as the layout receives it: what the server makes of the ONNX file, without the file. */

import type { LayoutGraph } from '../../webview/layout/messages.ts';
import type { BoxSizes } from '../../webview/layout/scene.ts';
import type { Network } from './network.ts';

export interface LayoutInput {
  readonly graph: LayoutGraph;
  readonly sizes: BoxSizes;
}

/** Widths of boxes as text of about 7 pixels a letter needs them; a line for each constant, as in Netron. */
export function layoutInput(network: Network): LayoutInput {
  const groups = new Groups();
  const kind: number[] = [];
  const group: number[] = [];
  const width: number[] = [];
  const height: number[] = [];
  const producer = new Map<string, number>();
  const tensors = new Map<string, number>();
  const add = (nodeKind: number, label: string, scope: string, constants: number): number => {
    kind.push(nodeKind);
    group.push(groups.number(scope));
    width.push(Math.max(50, constants > 0 ? 110 : 0, 7 * label.length + 14));
    height.push(24 + (constants > 0 ? 6 + 15 * constants : 0));
    return kind.length - 1;
  };
  for (const { name } of network.inputs) producer.set(name, add(1, name, '', 0));
  const first = kind.length;
  for (const { opType, scope, inputs, outputs } of network.operators) {
    const node = add(0, opType, scope, inputs.filter((name) => network.constants.has(name)).length);
    for (const output of outputs) producer.set(output, node);
  }
  const source: number[] = [];
  const target: number[] = [];
  const tensor: number[] = [];
  const connect = (name: string, to: number): void => {
    const from = producer.get(name);
    if (from === undefined) return;
    if (!tensors.has(name)) tensors.set(name, tensors.size);
    source.push(from);
    target.push(to);
    tensor.push(tensors.get(name)!);
  };
  network.operators.forEach(({ inputs }, i) => new Set(inputs).forEach((name) => connect(name, first + i)));
  for (const { name } of network.outputs) connect(name, add(2, name, '', 0));
  return {
    graph: {
      kind: Uint8Array.from(kind),
      opType: new Int32Array(kind.length),
      group: Int32Array.from(group),
      source: Int32Array.from(source),
      target: Int32Array.from(target),
      tensor: Int32Array.from(tensor),
      groupParent: Int32Array.from(groups.parents),
      groupKind: new Uint8Array(groups.parents.length),
      groupShape: new Int32Array(groups.parents.length).fill(-1),
    },
    sizes: {
      nodeWidth: Float32Array.from(width),
      nodeHeight: Float32Array.from(height),
      groupWidth: Float32Array.from(groups.names, (name) => 7 * name.length + 40),
      groupHeight: new Float32Array(groups.names.length).fill(44),
      frameTitleHeight: 24,
    },
  };
}

/** Numbers the scopes of names, outer ones first. */
class Groups {
  readonly parents: number[] = [];
  readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();

  number(scope: string): number {
    if (scope === '') return -1;
    const known = this.numbers.get(scope);
    if (known !== undefined) return known;
    const end = scope.lastIndexOf('/');
    const parent = this.number(scope.slice(0, end));
    this.parents.push(parent);
    this.names.push(scope.slice(end + 1));
    this.numbers.set(scope, this.parents.length - 1);
    return this.parents.length - 1;
  }
}
