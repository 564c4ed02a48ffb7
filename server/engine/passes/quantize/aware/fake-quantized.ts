/**
 * The student of quantization-aware training (Jacob et al. 2018, section 3): the float model with a `FakeQuantize`
 * wherever static quantization would put a pair, and on every weight that would become integer, each with a scale that
 * learns, starting from the calibrated one.
 */

import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import { inferShapes } from '../../../model/shapes/infer.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { integerRange } from '../../../tensor/dtype.ts';
import type { AffineParams } from '../../../tensor/affine.ts';
import { fakeQuantizeNode, trainingDomain } from '../../../train/gradients/rules/fake-quantize.ts';
import type { LayerWeightOptions } from '../static/emit.ts';
import type { ComputeRole } from '../static/operators.ts';
import { absorbClamps, placePairs } from '../static/place-pairs.ts';
import { planQuantization } from '../static/plan.ts';
import { groupParams, layerOutputs, type StaticInputs } from '../static/quantize-static.ts';
import { largestCodeOf, pairLimit } from '../weights.ts';
import { insideCodes, StartingPoint } from './starting-point.ts';

/** A value with a pair to be. */
export interface FakeValue {
  /** Its name in the float model. */
  readonly value: string;
  readonly from: string;
  readonly to: string;
  /** First outputs of the integer layers that read it. */
  readonly readers: readonly string[];
  /** As calibrated; the scale is the one that training begins with. */
  readonly params: AffineParams;
  /** Initializer of the scale. */
  readonly scale: string;
}

/** The weight of one layer. */
export interface FakeWeight {
  /** What the float model calls the layer. */
  readonly label: string;
  /** First output of the layer's node. */
  readonly node: string;
  /** The value that tells how well the layer was quantized. */
  readonly output: string;
  readonly opType: string;
  readonly role: ComputeRole;
  readonly weight: string;
  readonly weightBytes: number;
  /** The weight as the layer reads it in training. */
  readonly fake: string;
  readonly options: LayerWeightOptions;
  /** Largest magnitude of a code. */
  readonly largest: number;
  /** Initializer of the scales. */
  readonly scale: string;
}

/** A layer that reads constants beside its data: they become integers at the end, and are float in training. */
export interface ConstantReader {
  readonly node: string;
  readonly data: readonly number[];
}

export interface FakeQuantized {
  readonly model: Model;
  readonly values: readonly FakeValue[];
  readonly weights: readonly FakeWeight[];
  readonly constantReaders: readonly ConstantReader[];
}

/** Weights whose sums a processor makes in 16 bits, two products at a time, stay where no two can overflow. */
const largestSafeCode = pairLimit / 2;

/**
 * Puts the fake quantization of what `quantizeStatic(inputs)` makes into a copy of the prepared model.
 *
 * @param quantized what it made: the student starts with its codes and corrected biases. Where it uses more of a
 *   type's codes than are safe to train with (see `largestSafeCode`) the float weights are the start
 */
export function fakeQuantized(inputs: StaticInputs, quantized: Model): FakeQuantized {
  const starting = new StartingPoint(quantized);
  const model = inputs.prepared.clone();
  model.opsetImports.set(trainingDomain, 1);
  const plan = planQuantization(model, (node) => inputs.settings.mode(node) === 'int8');
  const params = groupParams(inputs, plan);
  const outputs = layerOutputs(plan);
  const labels = new Map([...plan.integer.keys()].map((node) => [node, node.label]));
  const types = inferShapes(model);
  const sizeOf = (value: string): number =>
    (types.tensor(value)?.shape ?? []).slice(1).reduce<number>((a, b) => a * (typeof b === 'number' ? b : 1), 1);
  const editor = new GraphEditor(model);
  const addScale = (scales: ArrayLike<number>, dims: readonly number[]): string =>
    editor.addInitializer(Tensor.from('learned_scale', 'float32', dims, scales));

  absorbClamps(editor, plan, (group) => params.get(group)!);
  const groupScales = new Map<string, string>();
  const values: (Omit<FakeValue, 'readers'> & { readonly readers: readonly Node[] })[] = [];
  placePairs(editor, plan, ({ value, group, from, to, readers }) => {
    const own = params.get(group)!;
    const scale = groupScales.get(group) ?? addScale([own.scale], []);
    groupScales.set(group, scale);
    const { min, max } = integerRange(own.type);
    const lowest = min - own.zeroPoint;
    const highest = max - own.zeroPoint;
    const gradientScale = 1 / Math.sqrt(sizeOf(value) * Math.max(-lowest, highest));
    editor.add({ ...fakeQuantizeNode({ input: from, scale, output: to, lowest, highest, gradientScale }), name: '' });
    values.push({ value, from, to, readers, params: own, scale });
  });

  const constants = Constants.of(model);
  const weights: FakeWeight[] = [];
  const constantReaders: ConstantReader[] = [];
  const made = new Map<string, Pick<FakeWeight, 'fake' | 'scale'>>();
  for (const [node, role] of plan.integer) {
    if (role.kind === 'elementwise') constantReaders.push({ node: node.outputs[0]!, data: role.data });
    if (role.kind !== 'compute') continue;
    const weight = constants.tensor(node.input(role.weight))!;
    const { options, largest } = weightOptions(inputs, node, role);
    const key = [weight.name, role.channelAxis, largest, options.perChannel].join('|');
    let fake = made.get(key);
    if (!fake) {
      const known = largest === largestCodeOf(options.type) ? starting.layer(node.outputs[0]!, role) : undefined;
      const scales = known?.scales ?? startingScales(inputs, weight, role, options, largest);
      if (known) {
        const values = insideCodes(weight.toFloat32(), known, role);
        editor.replaceConstant(weight.name, Tensor.fromBytes(weight.name, 'float32', weight.dims, values));
      }
      const scale = addScale(scales, options.perChannel ? [scales.length] : []);
      const output = editor.uniqueName(`${weight.name}_fake`);
      const gradientScale = 1 / Math.sqrt((weight.size / scales.length) * largest);
      const axis = options.perChannel ? role.channelAxis : undefined;
      const range = { lowest: -largest, highest: largest };
      editor.add({
        ...fakeQuantizeNode({ input: weight.name, scale, output, ...range, axis, gradientScale }),
        name: '',
      });
      fake = { fake: output, scale };
      made.set(key, fake);
    }
    editor.setInput({ node, index: role.weight }, fake.fake);
    const bias = starting.layer(node.outputs[0]!, role)?.bias;
    if (bias) {
      const tensor = Tensor.fromBytes(`${weight.name}_bias`, 'float32', [bias.length], bias);
      editor.setInput({ node, index: role.bias ?? 2 }, editor.addInitializer(tensor));
    }
    weights.push({
      ...fake,
      label: labels.get(node)!,
      node: node.outputs[0]!,
      output: outputs.get(node)!,
      opType: node.opType,
      role,
      weight: weight.name,
      weightBytes: weight.byteLength,
      options,
      largest,
    });
  }
  editor.finish();
  const read = values.map((value) => ({ ...value, readers: value.readers.map(({ outputs: [first = ''] }) => first) }));
  return { model, values: read, weights, constantReaders };
}

/** Scales found for the whole range of the type: where part of it is left out each code has to cover more. */
function startingScales(
  inputs: StaticInputs,
  weight: Tensor,
  role: ComputeRole,
  options: LayerWeightOptions,
  largest: number,
): Float32Array {
  const wider = largestCodeOf(options.type) / largest;
  return inputs.weights.quantize(weight, role.layout, options).scales.map((scale) => scale * wider);
}

function weightOptions(
  { settings }: StaticInputs,
  node: Node,
  role: ComputeRole,
): Pick<FakeWeight, 'options' | 'largest'> {
  const type = settings.weightType(node);
  const pairSafe = settings.limitPairs && role.pairwise && type !== 'int4';
  return {
    options: { type, perChannel: settings.perChannel(node), pairSafe: false, search: true },
    largest: pairSafe ? largestSafeCode : largestCodeOf(type),
  };
}
