/** Attributes that became inputs: axes, lengths, bounds. */

import { attr } from '../../../model/attribute.ts';
import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

/** `axes` to input 1. An empty list means the same as none: all of them. */
const axesToInput: LiftStep = (lift: NodeLift) => {
  if (lift.node.attributes.get('axes')?.type === 'ints' && lift.node.ints('axes')!.length === 0) {
    lift.node.attributes.delete('axes');
  }
  const axes = lift.takeIntsAsInput('axes');
  if (axes !== undefined) lift.setInput(1, axes);
};

const unsqueezeAxes: LiftStep = (lift: NodeLift) => {
  const axes = lift.takeIntsAsInput('axes');
  if (axes === undefined) lift.refuse('it has no axes');
  lift.setInput(1, axes);
};

const splitToInput: LiftStep = (lift: NodeLift) => {
  const lengths = lift.takeIntsAsInput('split');
  if (lengths !== undefined) lift.setInput(1, lengths);
};

/** Without lengths the parts are equal, and their number must be said. */
const splitCount: LiftStep = (lift: NodeLift) => {
  if (lift.node.input(1) === undefined) lift.set('num_outputs', attr.int(lift.node.outputs.length));
};

const sliceToInputs: LiftStep = (lift: NodeLift) => {
  const [starts, ends] = [lift.takeIntsAsInput('starts'), lift.takeIntsAsInput('ends')];
  if (starts === undefined || ends === undefined) lift.refuse('it does not say where to start and end');
  const axes = lift.takeIntsAsInput('axes');
  lift.node.inputs = [lift.node.inputs[0]!, starts, ends, ...(axes === undefined ? [] : [axes])];
};

const countToInput: LiftStep = (lift: NodeLift) => {
  const k = lift.takeInt('k');
  if (k === undefined) lift.refuse('it does not say how many elements to keep');
  lift.setInput(1, lift.int64s('k', [BigInt(k)]));
};

/** Bounds become scalars of the data's own type; one that was not given stays away. */
const boundsToInputs: LiftStep = (lift: NodeLift) => {
  const bounds = [lift.takeFloat('min'), lift.takeFloat('max')];
  if (bounds.every((bound) => bound === undefined)) return;
  const dtype = lift.scope.dtype(lift.node.inputs[0]!);
  if (dtype === undefined) lift.refuse('the type of its input is not known');
  for (const [i, bound] of bounds.entries()) {
    if (bound !== undefined) lift.setInput(i + 1, lift.numbers(i === 0 ? 'min' : 'max', dtype, [], [bound]));
  }
};

const padToInputs: LiftStep = (lift: NodeLift) => {
  const pads = lift.takeIntsAsInput('pads');
  if (pads === undefined) lift.refuse('it does not say how much to pad');
  lift.setInput(1, pads);
  const value = lift.takeFloat('value') ?? 0;
  if (value === 0 || lift.node.string('mode', 'constant') !== 'constant') return;
  const dtype = lift.scope.dtype(lift.node.inputs[0]!);
  if (dtype === undefined) lift.refuse('the type of its input is not known');
  lift.setInput(2, lift.numbers('value', dtype, [], [value]));
};

const ratioToInput: LiftStep = (lift: NodeLift) => {
  const ratio = lift.takeFloat('ratio');
  if (ratio !== undefined) lift.setInput(1, lift.numbers('ratio', 'float32', [], [ratio]));
};

const dftAxisToInput: LiftStep = (lift: NodeLift) => {
  const axis = lift.takeInt('axis') ?? 1;
  lift.setInput(2, lift.scalarInt64('axis', axis));
};

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

export const inputSteps: Readonly<Record<string, LiftSteps>> = {
  ...Object.fromEntries(reductions.map((name) => [`Reduce${name}`, { 18: axesToInput }])),
  Clip: { 11: boundsToInputs },
  DFT: { 20: dftAxisToInput },
  Dropout: { 12: ratioToInput },
  Pad: { 11: padToInputs },
  ReduceSum: { 13: axesToInput },
  Slice: { 10: sliceToInputs },
  Split: { 13: splitToInput, 18: splitCount },
  Squeeze: { 13: axesToInput },
  TopK: { 10: countToInput },
  Unsqueeze: { 13: unsqueezeAxes },
};
