/**
 * Experimental operators of early ONNX, which onnxruntime still runs up to opset 9: written with standard ones.
 * Meanings as in onnxruntime's `contrib_ops/cpu/{affine,crop,image_scaler,…}.h`.
 */

import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

/** A constant of the type of the node's data. */
function alike(lift: NodeLift, role: string, values: readonly number[], dims: readonly number[] = []): string {
  const dtype = lift.scope.dtype(lift.node.inputs[0]!);
  if (dtype === undefined) lift.refuse('the type of its input is not known');
  return lift.numbers(role, dtype, dims, values);
}

/** alpha * x + beta */
const affine: LiftStep = (lift: NodeLift) => {
  const alpha = alike(lift, 'alpha', [lift.takeFloat('alpha') ?? 1]);
  const beta = alike(lift, 'beta', [lift.takeFloat('beta') ?? 0]);
  becomeMulAdd(lift, alpha, beta);
};

/** scale * x, plus a bias for each channel of NCHW pictures */
const imageScaler: LiftStep = (lift: NodeLift) => {
  const bias = lift.take('bias', 'floats')?.value ?? [0];
  const scale = alike(lift, 'scale', [lift.takeFloat('scale') ?? 1]);
  becomeMulAdd(lift, scale, alike(lift, 'bias', bias, [bias.length, 1, 1]));
};

function becomeMulAdd(lift: NodeLift, factor: string, shift: string): void {
  const product = lift.prepend('Mul', [lift.node.inputs[0]!, factor]);
  lift.node.opType = 'Add';
  lift.node.inputs = [product, shift];
}

/** `border` is left, top, right, bottom of NCHW pictures; `scale`, where given, the height and width that stay. */
const crop: LiftStep = (lift: NodeLift) => {
  const border = lift.take('border', 'ints')?.value;
  if (border?.length !== 4) lift.refuse('it has no border of four numbers');
  const [left, top, right, bottom] = border as readonly [bigint, bigint, bigint, bigint];
  const kept = lift.take('scale', 'ints')?.value;
  const [height, width] = [kept?.[0], kept?.[1]];
  // A border of none ends at the very end, which Slice cannot count from the back.
  const fromBack = (length: bigint): bigint => (length === 0n ? 2n ** 62n : -length);
  const ends = height !== undefined && width !== undefined
    ? [top + height, left + width]
    : [fromBack(bottom), fromBack(right)];
  lift.node.opType = 'Slice';
  lift.node.inputs = [
    lift.node.inputs[0]!,
    lift.int64s('starts', [top, left]),
    lift.int64s('ends', ends),
    lift.int64s('axes', [2n, 3n]),
  ];
};

/** alpha * f(beta * x) */
function scaled(opType: string): LiftStep {
  return (lift: NodeLift) => {
    const alpha = lift.takeFloat('alpha');
    const beta = lift.takeFloat('beta');
    if (alpha === undefined || beta === undefined) lift.refuse('it has no alpha or beta');
    const input = lift.prepend('Mul', [lift.node.inputs[0]!, alike(lift, 'beta', [beta])]);
    lift.node.opType = 'Mul';
    lift.node.inputs = [lift.prepend(opType, [input]), alike(lift, 'alpha', [alpha])];
  };
}

const scale: LiftStep = (lift: NodeLift) => {
  const factor = alike(lift, 'scale', [lift.takeFloat('scale') ?? 1]);
  lift.node.opType = 'Mul';
  lift.setInput(1, factor);
};

export const experimentalSteps: Readonly<Record<string, LiftSteps>> = {
  Affine: { 10: affine },
  Crop: { 10: crop },
  ImageScaler: { 10: imageScaler },
  ParametricSoftplus: { 10: scaled('Softplus') },
  Scale: { 10: scale },
  ScaledTanh: { 10: scaled('Tanh') },
};

