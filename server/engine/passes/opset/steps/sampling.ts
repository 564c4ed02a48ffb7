/** Upsample, Resize, RoiAlign, GridSample: where samples are taken, and what the modes are called. */

import { attr } from '../../../model/attribute.ts';
import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

const interpolation = (mode: string): string => (mode === 'bilinear' ? 'linear' : mode);

/** The first Upsample knew pictures only: NCHW. */
const scalesPerAxis: LiftStep = (lift: NodeLift) => {
  const [width, height] = [lift.takeFloat('width_scale'), lift.takeFloat('height_scale')];
  if (width === undefined || height === undefined) lift.refuse('it has no scales');
  lift.set('scales', attr.floats([1, 1, height, width]));
  lift.set('mode', attr.string(interpolation(lift.node.string('mode', 'nearest'))));
};

const scalesToInput: LiftStep = (lift: NodeLift) => {
  const scales = lift.take('scales', 'floats')?.value;
  if (!scales) lift.refuse('it has no scales');
  lift.setInput(1, lift.numbers('scales', 'float32', [scales.length], scales));
};

/** What Upsample's next version was called. Its scales are never below 1, and it never rounds up. */
const toResize: LiftStep = (lift: NodeLift) => {
  lift.node.opType = 'Resize';
  lift.set('nearest_mode', attr.string('floor'));
};

/**
 * Resize 10 takes samples at output position / scale. Which neighbour is nearest the standard did not say: onnxruntime
 * rounds down where an axis grows and up where it shrinks (`UpsampleBase`, nearest mode "simple").
 */
const oldCoordinates: LiftStep = (lift: NodeLift) => {
  const scales = lift.node.input(1);
  if (scales === undefined) lift.refuse('it has no scales');
  lift.node.inputs = [lift.node.inputs[0]!, '', scales];
  lift.set('coordinate_transformation_mode', attr.string('asymmetric'));
  if (lift.node.string('mode', 'nearest') === 'nearest' && !lift.node.attributes.has('nearest_mode')) {
    lift.set('nearest_mode', attr.string(roundingOf(lift.scope.constant(scales)?.toNumbers(), lift.refuse.bind(lift))));
  }
};

function roundingOf(scales: readonly number[] | undefined, refuse: (reason: string) => never): 'floor' | 'ceil' {
  if (!scales) return refuse('its scales are computed, and decide how it rounds');
  const shrinks = scales.some((scale) => scale < 1);
  if (shrinks && scales.some((scale) => scale > 1)) return refuse('it grows along one axis and shrinks along another');
  return shrinks ? 'ceil' : 'floor';
}

/** From opset 13 on only one of scales and sizes may be given; the other was an empty constant before. */
const oneOfScalesAndSizes: LiftStep = (lift: NodeLift) => {
  const scales = lift.node.input(2);
  if (lift.node.input(3) !== undefined && scales !== undefined && lift.scope.constant(scales)?.size === 0) {
    lift.setInput(2, '');
  }
};

const oldRoiCoordinates: LiftStep = (lift: NodeLift) => {
  lift.set('coordinate_transformation_mode', attr.string('output_half_pixel'));
};

const gridModeNames: LiftStep = (lift: NodeLift) => {
  const mode = lift.node.string('mode', 'bilinear');
  lift.set('mode', attr.string(mode === 'bicubic' ? 'cubic' : interpolation(mode)));
};

export const samplingSteps: Readonly<Record<string, LiftSteps>> = {
  GridSample: { 20: gridModeNames },
  Resize: { 11: oldCoordinates, 13: oneOfScalesAndSizes },
  RoiAlign: { 16: oldRoiCoordinates },
  Upsample: { 7: scalesPerAxis, 9: scalesToInput, 10: toResize },
};
