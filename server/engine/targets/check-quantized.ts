/** What a target does with the number types of a model: int8 pairs, float16, bfloat16. */

import { Constants } from '../model/constants.ts';
import { GraphIndex } from '../model/graph-index.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import type { Tensor } from '../model/tensor.ts';
import { listInWords } from '../util/nearest.ts';
import type { TargetProblem } from './problem.ts';
import { mayLayerSaturate } from './saturation.ts';
import type { Target } from './target.ts';

/** A layer whose activations and weights are both stored as integers. */
interface QuantizedLayer {
  readonly node: Node;
  readonly activationType: string | undefined;
  /** `true` when the activation's zero point is known and not 0. */
  readonly asymmetric: boolean;
  readonly weight: Tensor;
}

/** Those that runtimes fuse with the pairs around them. */
const fusedTypes = ['Conv', 'Gemm', 'MatMul'] as const;
const layerTypes = [...fusedTypes, 'ConvTranspose'] as const;

export function quantizationProblems(model: Model, target: Target): TargetProblem[] {
  const layers = quantizedLayers(model);
  return [
    ...saturationProblems(layers, target),
    ...activationProblems(layers, target),
    ...int8Problems(layers, target),
    ...floatProblems(model, target),
  ];
}

/** Layers between DequantizeLinear nodes, and QLinearConv, QLinearMatMul and the integer layers of dynamic models. */
function quantizedLayers(model: Model): QuantizedLayer[] {
  const { graph } = model;
  const constants = Constants.of(model);
  const index = new GraphIndex(graph);
  const found: QuantizedLayer[] = [];
  const isOffCentre = (zeroPoint: Tensor | undefined): boolean => zeroPoint?.toNumbers().some((z) => z !== 0) ?? false;
  const add = (node: Node, zero: string | undefined, weightName: string | undefined, type?: string): void => {
    const weight = constants.tensor(weightName);
    if (!weight || (weight.dtype !== 'int8' && weight.dtype !== 'uint8')) return;
    const zeroPoint = constants.tensor(zero);
    const activationType = type ?? zeroPoint?.dtype;
    found.push({ node, activationType, asymmetric: isOffCentre(zeroPoint), weight });
  };
  const pair = (value: string | undefined): Node | undefined => {
    const producer = value === undefined ? undefined : index.producer(value);
    return producer?.opType === 'DequantizeLinear' ? producer : undefined;
  };
  for (const node of graph.nodes) {
    if (node.is(...fusedTypes)) {
      const activation = pair(node.input(0));
      const weight = pair(node.input(1));
      // Without a zero point the pair is uint8 around 0 (ONNX: QuantizeLinear).
      const zero = activation?.input(2);
      if (activation && weight) add(node, zero, weight.input(0), zero === undefined ? 'uint8' : undefined);
    } else if (node.is('QLinearConv', 'QLinearMatMul')) add(node, node.input(2), node.input(3));
    else if (node.is('ConvInteger', 'MatMulInteger')) add(node, undefined, node.input(1), 'uint8');
    else if (node.opType === 'DynamicQuantizeMatMul' || node.opType === 'MatMulIntegerToFloat') {
      add(node, undefined, node.input(1), 'uint8');
    }
  }
  return found;
}

function saturationProblems(layers: readonly QuantizedLayer[], target: Target): TargetProblem[] {
  if (!target.int8.saturates) return [];
  const wrong = layers.filter(
    ({ node, activationType, weight }) => activationType === 'uint8' && mayLayerSaturate(node, weight),
  );
  return about(wrong, (names) => ({
    code: 'LTH1006',
    severity: 'error',
    message: `${names}: uint8 activations times large int8 weights overflow the 16-bit sums of ${target.name}, so `
      + 'results are wrong there.',
    fix: 'Quantize again from the float model with "--target x64", which limits the weights, or run the model on a '
      + 'processor with VNNI.',
  }));
}

function activationProblems(layers: readonly QuantizedLayer[], target: Target): TargetProblem[] {
  if (!target.runsInt8) return [];
  const known: readonly string[] = target.activationTypes;
  const foreign = layers.filter(({ activationType: type }) => type !== undefined && !known.includes(type));
  const shifted = layers.filter((layer) => target.symmetricActivations && layer.asymmetric && !foreign.includes(layer));
  const types = [...new Set(foreign.map(({ activationType }) => activationType!))];
  return [
    ...about(foreign, (names) => ({
      code: 'LTH1007',
      severity: target.symmetricActivations ? 'error' : 'warning',
      message: `${names}: ${listInWords(types)} activations have no int8 layers on ${target.name}, which takes `
        + `${listInWords([...known], 'or')}.`,
      fix: `Quantize again from the float model with "--target ${target.name}".`,
    })),
    ...about(shifted, (names) => ({
      code: 'LTH1008',
      severity: 'error',
      message: `${names}: activations are not centred on zero, which ${target.name} requires.`,
      fix: `Quantize again from the float model with "--target ${target.name}", which makes them symmetric.`,
    })),
  ];
}

function int8Problems(layers: readonly QuantizedLayer[], target: Target): TargetProblem[] {
  if (target.runsInt8) return [];
  return about(layers, (names) => ({
    code: 'LTH1009',
    severity: 'warning',
    message: `${names}: int8 layers are computed in float on ${target.name}, with conversions around each.`,
    fix: `Use float16 there: ${target.prefers.reason}.`,
  }));
}

function floatProblems(model: Model, target: Target): TargetProblem[] {
  const constants = Constants.of(model);
  const layers = model.graph.nodes.filter((node) => node.is(...layerTypes));
  const ofType = (dtype: string): Node[] => layers.filter((node) => constants.tensor(node.input(1))?.dtype === dtype);
  const half = target.float16 === 'converted' ? ofType('float16') : [];
  const brain = target.bfloat16 === 'none' ? ofType('bfloat16') : [];
  return [
    ...about(brain.map((node) => ({ node })), (names) => ({
      code: 'LTH1010',
      severity: 'error',
      message: `${names}: ${target.name} does not compute in bfloat16.`,
      fix: 'Use float16 or int8.',
    })),
    ...about(half.map((node) => ({ node })), (names) => ({
      code: 'LTH1010',
      severity: 'warning',
      message: `${names}: ${target.name} computes float16 layers in float32, with conversions around each.`,
      fix: 'Use int8, or keep float32 where speed matters more than size.',
    })),
  ];
}

/** One problem for all the layers it concerns; none for none. */
function about(
  layers: readonly { readonly node: Node }[],
  make: (names: string) => Omit<TargetProblem, 'node'>,
): TargetProblem[] {
  const first = layers[0]?.node.label;
  if (first === undefined) return [];
  const names = layers.length === 1 ? `"${first}"` : `"${first}" and ${layers.length - 1} more`;
  return [{ node: first, ...make(names) }];
}
