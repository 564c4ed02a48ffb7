/** What training found, as pairs and integers: the same form, by the same writer, as static quantization. */

import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { affineParams } from '../../../tensor/affine.ts';
import { roundHalfEven } from '../../../tensor/codec.ts';
import { trainingDomain } from '../../../train/gradients/rules/fake-quantize.ts';
import type { Candidate, CandidateLayer } from '../candidates.ts';
import { quantizeDynamic } from '../dynamic/quantize-dynamic.ts';
import type { QuantizeSettings } from '../settings.ts';
import { PairWriter } from '../static/emit.ts';
import { inModelOrder } from '../static/quantize-static.ts';
import type { QuantizedWeights, WeightLayout, WeightOptions } from '../weights.ts';
import type { FakeQuantized } from './fake-quantized.ts';

const smallestScale = 1e-9;

/**
 * @param trained the student's model with trained weights and scales: the same nodes in it
 * @param prepared the float model that the student was made from
 */
export function writeLearned(
  student: FakeQuantized,
  trained: Model,
  prepared: Model,
  settings: QuantizeSettings,
): Candidate {
  const model = trained.clone();
  model.opsetImports.delete(trainingDomain);
  const scaleOf = (name: string): Float32Array =>
    model.graph.initializers.get(name)!.toFloat32().map((scale) => Math.max(scale, smallestScale));
  const editor = new GraphEditor(model);
  const index = new GraphIndex(model.graph);
  const nodeOf = (output: string): Node => index.producer(output)!;
  const learned = new LearnedWeights();
  for (const { weight, scale, largest, role } of student.weights) {
    learned.add(weight, role.layout, scaleOf(scale), largest);
  }
  const byNode = new Map(student.weights.map((weight) => [nodeOf(weight.node), weight]));
  const writer = new PairWriter(editor, {
    params: () => affineParams({ min: 0, max: 0 }, settings.activationType, settings.symmetric),
    constantParams: (range) => affineParams(range, settings.activationType, settings.symmetric),
    weights: (node) => byNode.get(node)!.options,
    store: learned,
  });
  const readers = student.values.map((value) => value.readers.map(nodeOf));
  for (const node of [...model.graph.nodes]) if (node.domain === trainingDomain) editor.remove(node);
  student.values.forEach((value, i) => {
    const [scale = 0] = scaleOf(value.scale);
    writer.writeValue({ ...value, readers: readers[i]! }, { ...value.params, scale });
  });
  editor.touch();
  const constants = Constants.of(model);
  const layers = [...byNode].map(([node, { role, weight, label, weightBytes, options, output }]): CandidateLayer => {
    node.inputs[role.weight] = weight;
    const { weightSqnrDb } = writer.writeWeights(node, role, constants);
    const action = options.type === 'int4' ? 'int4' : 'int8';
    return { name: label, opType: node.opType, mode: 'int8', action, weightBytes, weightSqnrDb, output };
  });
  for (const { node, data } of student.constantReaders) writer.writeConstantInputs(nodeOf(node), data, constants);
  editor.touch();
  editor.finish();
  const rest = quantizeDynamic(model, settings, 'stored');
  return { model: rest.model, layers: inModelOrder([...layers, ...rest.layers], prepared) };
}

/** Codes of weights by scales that are known, in place of a search. */
class LearnedWeights {
  private readonly scales = new Map<string, { readonly scales: Float32Array; readonly largest: number }>();

  add(weight: string, layout: WeightLayout, scales: Float32Array, largest: number): void {
    this.scales.set(keyOf(weight, layout), { scales, largest });
  }

  quantize(weight: Tensor, layout: WeightLayout, options: WeightOptions): QuantizedWeights {
    const { scales: learned, largest } = this.scales.get(keyOf(weight.name, layout))!;
    const scales = learned.map((scale, g) => Math.max(scale, options.minimumScale?.[g] ?? 0));
    const values = weight.toFloat32();
    const signed = new Int8Array(values.length);
    let signalPower = 0;
    let noisePower = 0;
    for (let channel = 0; channel < layout.channels; channel++) {
      const scale = scales[options.perChannel ? channel : 0]!;
      for (let k = 0; k < layout.reduction; k++) {
        const at = layout.index(channel, k);
        const value = values[at]!;
        const code = Math.min(largest, Math.max(-largest, roundHalfEven(Math.fround(value / scale))));
        signed[at] = code;
        signalPower += value * value;
        noisePower += (value - code * scale) ** 2;
      }
    }
    if (options.type !== 'uint8') return { codes: signed, scales, zeroPoint: 0, signalPower, noisePower };
    return { codes: Uint8Array.from(signed, (code) => code + 128), scales, zeroPoint: 128, signalPower, noisePower };
  }
}

/** A square weight that is also used transposed has scales for each way. */
function keyOf(weight: string, layout: WeightLayout): string {
  return [weight, layout.channels, layout.index(1, 0), layout.index(0, 1)].join('|');
}
