/** Batch norm, dropout and recurrent layers: how they said whether they train, and outputs that only training has. */

import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

/** Before opset 7, `is_test` had to be set for inference. */
const dropIsTest: LiftStep = (lift: NodeLift) => {
  if ((lift.takeInt('is_test') ?? 0) === 0) lift.refuse('it is in training mode');
};

/** One set of statistics for each channel is what is left from opset 9 on. */
const dropSpatial: LiftStep = (lift: NodeLift) => {
  if ((lift.takeInt('spatial') ?? 1) === 0) lift.refuse('it normalizes each position on its own (spatial = 0)');
};

/** Batch norm trained when its statistics were asked for; from opset 14 on an attribute says so. */
const inferenceOnly: LiftStep = (lift: NodeLift) => lift.keepFirstOutput('it is in training mode');

/** The mask had the type of the data and became boolean. */
const booleanMask: LiftStep = (lift: NodeLift) => lift.keepFirstOutput('the type of its mask changed');

/** Whether the whole sequence is wanted shows in the outputs that are named. */
const dropOutputSequence: LiftStep = ({ node }) => {
  node.attributes.delete('output_sequence');
};

export const inferenceSteps: Readonly<Record<string, LiftSteps>> = {
  BatchNormalization: { 7: dropIsTest, 9: dropSpatial, 14: inferenceOnly },
  Dropout: { 7: dropIsTest, 10: booleanMask },
  GRU: { 7: dropOutputSequence },
  LSTM: { 7: dropOutputSequence },
  RNN: { 7: dropOutputSequence },
};
