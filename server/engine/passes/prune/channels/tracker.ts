/**
 * Follows channels through a graph, operator by operator, and notes everything that changes when channels go: constants
 * that get shorter, attributes and shape constants that count them.
 */

import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { inferShapes, type InferredTypes } from '../../../model/shapes/infer.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { Dim } from '../../../model/types.ts';
import { bitsPerElement } from '../../../tensor/dtype.ts';
import { ChannelClasses, type Axis } from './channel-classes.ts';

/** An integer of the graph that counts channels: its new value is how many of `axis` stay. */
export interface CountEdit {
  readonly node: Node;
  /** An element of an integer attribute, or of a constant input of the node. */
  readonly place:
    | { readonly kind: 'attribute'; readonly name: string; readonly element?: number }
    | { readonly kind: 'input'; readonly input: number; readonly element: number };
  readonly axis: Int32Array;
}

/** The output channels of a layer with weights. */
export interface Produced {
  readonly node: Node;
  /** Name of the constant, and which of its axes. */
  readonly weight: string;
  readonly weightAxis: number;
  readonly axis: Int32Array;
}

/** Where a layer mixes channels: removing one of `axis` removes what it adds to the sums. */
export interface Consumed {
  readonly node: Node;
  readonly weight: string;
  readonly weightAxis: number;
  /** Name of the value that the layer reads. */
  readonly value: string;
  readonly axis: Int32Array;
}

/** Tells how an operator moves channels; nothing set for an output means that it is fixed. */
export type Rule = (node: Node, tracker: ChannelTracker) => void;

export class ChannelTracker {
  readonly classes = new ChannelClasses();
  readonly model: Model;
  readonly constants: Constants;
  readonly types: InferredTypes;
  readonly edits: CountEdit[] = [];
  readonly produced: Produced[] = [];
  readonly consumed: Consumed[] = [];
  /** Nodes without a rule that hold channels in place. */
  readonly unknown: Node[] = [];
  /** By value: constants that some rule looked at, and outputs. */
  private readonly axesOf = new Map<string, readonly Axis[]>();

  constructor(model: Model) {
    this.model = model;
    this.constants = Constants.of(model);
    this.types = inferShapes(model);
  }

  dims(value: string | undefined): readonly Dim[] | undefined {
    if (!value) return undefined;
    return this.constants.tensor(value)?.dims ?? this.types.tensor(value)?.shape;
  }

  rank(value: string | undefined): number | undefined {
    return this.dims(value)?.length;
  }

  constant(value: string | undefined): Tensor | undefined {
    return this.constants.tensor(value);
  }

  /** Small integer constants: shapes, axes, pads. */
  integers(value: string | undefined): number[] | undefined {
    return this.constants.tensor(value)?.toNumbers();
  }

  /** The channels along each axis; constants get elements of their own at the first look. */
  axes(value: string | undefined): readonly Axis[] {
    if (!value) return [];
    const known = this.axesOf.get(value);
    if (known) return known;
    const tensor = this.constants.tensor(value);
    // Elements that share bytes cannot be taken one by one.
    const whole = tensor !== undefined && tensor.dtype !== 'string' && bitsPerElement(tensor.dtype) >= 8;
    const axes = whole
      ? tensor.dims.map((dim) => (dim > 1 ? this.classes.fresh(dim) : null))
      : (this.dims(value) ?? []).map(() => null);
    this.axesOf.set(value, axes);
    return axes;
  }

  setAxes(value: string | undefined, axes: readonly Axis[]): void {
    if (value) this.axesOf.set(value, axes);
  }

  pinValue(value: string | undefined): void {
    // A constant that nobody looked at has nothing to pin yet; it is looked at now, so that others find it pinned.
    for (const axis of this.axes(value)) this.classes.pin(axis);
  }

  /** Whether channels that could go so far, and that a layer makes, enter the node. */
  hasChannels(node: Node): boolean {
    return node.inputs.some((input) => !this.constants.has(input)
      && this.axes(input).some((axis) => axis?.some((element) => !this.classes.isPinned(element)) === true));
  }

  /** Nothing that enters or leaves the node may change. */
  pinNode(node: Node): void {
    for (const input of node.inputs) if (!this.isInteger(input)) this.pinValue(input);
    for (const output of node.outputs) this.setAxes(output, (this.dims(output) ?? []).map(() => null));
  }

  /** Channels that have elements, with their constants: what `cut` shortens. */
  *tracked(): Generator<readonly [value: string, axes: readonly Axis[]]> {
    yield* this.axesOf;
  }

  private isInteger(value: string): boolean {
    const dtype = this.constants.tensor(value)?.dtype;
    return dtype === 'int64' || dtype === 'int32' || dtype === 'bool' || dtype === 'string';
  }
}
