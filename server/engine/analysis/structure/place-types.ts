/** What was inferred of the values in each graph of a node table, calls of functions included. */

import type { InferredCall, InferredTypes } from '../../model/shapes/infer.ts';
import type { NodeTable } from './node-table.ts';

export class PlaceTypes {
  private readonly table: NodeTable;
  private readonly types: InferredTypes;
  private readonly calls = new Map<number, InferredCall | undefined>();

  constructor(table: NodeTable, types: InferredTypes) {
    this.table = table;
    this.types = types;
  }

  /** Undefined where nothing was inferred: in a branch that is never taken, for one. */
  of(place: number): InferredTypes | undefined {
    const call = this.callAround(place);
    if (call === place) return this.call(place)?.types;
    const { graph } = this.table.places[place]!;
    return (call < 0 ? this.types : this.call(call)?.types)?.forGraph(graph);
  }

  /** The call that `place` is, or is a body in; -1 for none. */
  private callAround(place: number): number {
    for (let at = place; at > 0; at = this.placeOfOwner(at)) if (this.table.places[at]!.isCall) return at;
    return -1;
  }

  private placeOfOwner(place: number): number {
    const entry = this.table.nodes[this.table.places[place]!.owner]!;
    return entry.kind === 'operator' ? entry.place : 0;
  }

  private call(place: number): InferredCall | undefined {
    if (!this.calls.has(place)) this.calls.set(place, this.findCall(place));
    return this.calls.get(place);
  }

  /** Inside a function what calls another one is known by its place in the list of nodes: each call has its own. */
  private findCall(place: number): InferredCall | undefined {
    const outer = this.placeOfOwner(place);
    const entry = this.table.nodes[this.table.places[place]!.owner]!;
    if (entry.kind !== 'operator') return undefined;
    if (!this.table.places[outer]!.isCall) return this.of(outer)?.forCall(entry.node);
    const around = this.call(outer);
    const caller = around?.nodes[this.table.places[outer]!.graph.nodes.indexOf(entry.node)];
    return caller && around.types.forCall(caller);
  }
}
