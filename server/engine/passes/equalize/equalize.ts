/**
 * Cross-layer equalization: scales channels so that all channels of a value cover about the same range. One scale for
 * a whole value then wastes no codes on quiet channels. The network computes the same as before.
 *
 * Weights have a scale per output channel, so dividing a channel costs nothing where it is made; where it is read, its
 * weights grow or shrink against their neighbours. Source: Nagel et al. 2019, "Data-Free Quantization Through Weight
 * Equalization and Bias Correction"; unlike there, the ranges are those of the activations, as in SmoothQuant (Xiao et
 * al. 2023), because rounding with error feedback keeps the weights' share of the error small.
 */

import { Constants } from '../../model/constants.ts';
import { GraphEditor } from '../../model/graph-editor.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { findScaleClasses, type ScaleClasses } from './channel-scales.ts';

/**
 * Share of a channel's distance to the loudest one, in orders of magnitude, that is made up. All of it would let each
 * channel use every code on the data seen, and clip on data not seen; half is also the default of SmoothQuant.
 */
const strength = 0.5;

/** No channel is scaled by more than this against the loudest one: weights of silent channels must not explode. */
const largestFactor = 32;

/** Values whose channel ranges `equalizeChannels` wants. */
export function equalizableValues(model: Model): string[] {
  const { values, consumers, frozen } = findScaleClasses(model);
  const read = new Set([...consumers.keys()].map((node) => node.inputs[0]!));
  const free = (classes: Int32Array): boolean => classes.some((c) => !frozen[c]);
  return [...values].flatMap(([name, classes]) => (read.has(name) && free(classes) ? [name] : []));
}

/**
 * A copy of `model` with equalized channels.
 *
 * @param ranges by value, the largest magnitude seen in each channel
 * @returns the copy, and how many channels were scaled
 */
export function equalizeChannels(
  model: Model,
  ranges: ReadonlyMap<string, ArrayLike<number>>,
): { readonly model: Model; readonly scaled: number } {
  const copy = model.clone();
  const classes = findScaleClasses(copy);
  const scales = classScales(classes, ranges);
  const scaled = scales.reduce((count, s) => count + (s === 1 ? 0 : 1), 0);
  if (scaled === 0) return { model: copy, scaled };
  const editor = new GraphEditor(copy);
  const constants = Constants.of(copy);
  for (const node of new Set([...classes.producers.keys(), ...classes.consumers.keys()])) {
    scaleLayer(node, classes, scales, constants, editor);
  }
  editor.finish();
  return { model: copy, scaled };
}

/** The number that each class of channels is divided by. */
function classScales(classes: ScaleClasses, ranges: ReadonlyMap<string, ArrayLike<number>>): Float64Array {
  const loudest = new Float64Array(classes.count);
  const relative = new Float64Array(classes.count);
  for (const [value, members] of classes.values) {
    const range = ranges.get(value);
    if (range?.length !== members.length) continue;
    let top = 0;
    for (let c = 0; c < members.length; c++) top = Math.max(top, range[c]!);
    for (let c = 0; c < members.length; c++) {
      const k = members[c]!;
      loudest[k] = Math.max(loudest[k]!, range[c]!);
      // Against the value with the least room: a class that is loud anywhere is not scaled up there.
      relative[k] = Math.max(relative[k]!, top > 0 ? range[c]! / top : 0);
    }
  }
  return Float64Array.from(relative, (share, k) => {
    if (classes.frozen[k] || loudest[k] === 0 || share === 0) return 1;
    return Math.max(share ** strength, 1 / largestFactor);
  });
}

function scaleLayer(
  node: Node,
  classes: ScaleClasses,
  scales: Float64Array,
  constants: Constants,
  editor: GraphEditor,
): void {
  const weight = constants.tensor(node.input(1))!;
  const [outputs = 1, perGroup = 1] = weight.dims;
  const taps = weight.size / outputs / perGroup;
  const made = classes.producers.get(node);
  const read = classes.consumers.get(node);
  const depthwise = node.int('group', 1) > 1;
  const values = Float32Array.from(weight.toFloat32());
  for (let o = 0; o < outputs; o++) {
    const divide = made ? scales[made[o]!]! : 1;
    for (let i = 0; i < perGroup; i++) {
      const input = depthwise ? Math.floor((o * (read?.length ?? 0)) / outputs) : i;
      const multiply = read ? scales[read[input]!]! : 1;
      const factor = multiply / divide;
      if (factor === 1) continue;
      const at = (o * perGroup + i) * taps;
      for (let t = at; t < at + taps; t++) values[t]! *= factor;
    }
  }
  editor.replaceConstant(node.input(1)!, Tensor.fromBytes(weight.name, 'float32', weight.dims, values));
  const bias = constants.tensor(node.input(2));
  if (!bias || !made) return;
  const shifted = Float32Array.from(bias.toFloat32(), (b, o) => b / scales[made[o]!]!);
  editor.replaceConstant(node.input(2)!, Tensor.fromBytes(bias.name, 'float32', bias.dims, shifted));
}
