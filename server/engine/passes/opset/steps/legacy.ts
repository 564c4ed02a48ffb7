/** Changes up to opset 6: attributes of a memory optimisation, strings and floats that became integers, defaults. */

import { attr, type Attribute } from '../../../model/attribute.ts';
import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

/** `consumed_inputs` told which buffers may be overwritten: it never changed a result. */
const dropConsumedInputs: LiftStep = ({ node }) => {
  node.attributes.delete('consumed_inputs');
};

const consumers = `Abs Add BatchNormalization Ceil Clip Div Dropout Elu Exp Floor HardSigmoid InstanceNormalization
  LeakyRelu Log Max Mean Min Mul Neg PRelu Reciprocal Relu Sigmoid Sqrt Sub Sum Tanh`.split(/\s+/);

/** Names of `TensorProto.DataType`, as Cast wrote them, and their codes. */
const castTargets: Readonly<Record<string, number>> = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
};

const nameToCode: LiftStep = (lift: NodeLift) => {
  if (lift.node.attributes.get('to')?.type === 'int') return;
  const name = lift.take('to', 'string')?.value;
  const code = typeof name === 'string' ? castTargets[name.toUpperCase()] : undefined;
  if (code === undefined) lift.refuse(`it casts to ${name === undefined ? 'nothing' : `"${String(name)}"`}`);
  lift.set('to', attr.int(code));
};

/** The exponent of an Lp norm was a float. */
const integerExponent: LiftStep = (lift: NodeLift) => {
  if (lift.node.attributes.get('p')?.type === 'int') return;
  const p = lift.takeFloat('p');
  if (p === undefined) return;
  if (!Number.isInteger(p)) lift.refuse(`its exponent ${p} is not a whole number`);
  lift.set('p', attr.int(p));
};

function withDefault(name: string, value: Attribute): LiftStep {
  return ({ node }) => {
    if (!node.attributes.has(name)) node.attributes.set(name, value);
  };
}

const paddingsToPads: LiftStep = (lift: NodeLift) => {
  const pads = lift.take('paddings', 'ints');
  if (pads) lift.set('pads', pads);
};

/** The lengths could come as a second input, of float type. */
const splitInputToAttribute: LiftStep = (lift: NodeLift) => {
  const lengths = lift.node.input(1);
  lift.node.inputs.length = 1;
  if (lengths === undefined) return;
  const tensor = lift.scope.constant(lengths);
  if (!tensor) lift.refuse('its lengths are computed');
  lift.set('split', attr.ints(tensor.toNumbers()));
};

const tilesToRepeats: LiftStep = (lift: NodeLift) => {
  const [data, tiles, axis] = [lift.node.input(0), lift.node.input(1), lift.node.input(2)];
  const rank = data === undefined ? undefined : lift.scope.shape(data)?.length;
  const count = tiles === undefined ? undefined : lift.scope.constant(tiles)?.toNumbers()[0];
  const along = axis === undefined ? undefined : lift.scope.constant(axis)?.toNumbers()[0];
  if (rank === undefined || count === undefined || along === undefined) {
    lift.refuse('the rank of its input, the number of tiles or the axis is not known');
  }
  const repeats = Array.from({ length: rank }, (_, i) => BigInt(i === along ? count : 1));
  lift.node.inputs = [data!, lift.int64s('repeats', repeats)];
};

const shapeToInput: LiftStep = (lift: NodeLift) => {
  lift.node.attributes.delete('consumed_inputs');
  const shape = lift.takeIntsAsInput('shape');
  if (shape === undefined) lift.refuse('it has no shape');
  lift.setInput(1, shape);
};

/** The two constants of "Self-Normalizing Neural Networks" had fewer digits by default. */
const seluDefaults: LiftStep = (lift: NodeLift) => {
  lift.node.attributes.delete('consumed_inputs');
  withDefault('alpha', attr.float(Math.fround(1.6732)))(lift);
  withDefault('gamma', attr.float(Math.fround(1.0507)))(lift);
};

export const legacySteps: Readonly<Record<string, LiftSteps>> = {
  ...Object.fromEntries(consumers.map((opType) => [opType, { 6: dropConsumedInputs }])),
  Cast: { 6: nameToCode },
  Concat: { 4: withDefault('axis', attr.int(1)) },
  GlobalLpPool: { 2: integerExponent },
  LpPool: { 2: integerExponent },
  Pad: { 2: paddingsToPads },
  Reshape: { 5: shapeToInput },
  Selu: { 6: seluDefaults },
  Split: { 2: splitInputToAttribute },
  Tile: { 6: tilesToRepeats },
};
