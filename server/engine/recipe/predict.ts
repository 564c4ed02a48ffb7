/** What a recipe would make of a model, from the structure alone: nothing is run. */

import { statSync } from 'node:fs';
import type { Prediction } from '../../../protocol/advice.ts';
import { architectureOf, type ArchitectureKind } from '../analysis/architecture.ts';
import { summarize } from '../analysis/cost.ts';
import { storedTensorBytes } from '../formats/onnx/model-tensors.ts';
import type { Model } from '../model/model.ts';
import { foldModel } from '../passes/fold/fold-model.ts';
import { foldOptions } from '../passes/fold/fold-options.ts';
import type { PassNote, PlannedLayer } from '../passes/pass.ts';
import { quantizeOptions } from '../passes/quantize/options.ts';
import { findPass } from '../passes/registry.ts';
import { findTarget } from '../targets/registry.ts';
import { externalBytes } from './inspect.ts';
import type { Recipe } from './recipe.ts';

export interface RecipePrediction extends Prediction {
  /** Of all steps, in their order. */
  readonly layers: readonly PlannedLayer[];
  readonly notes: readonly PassNote[];
}

/**
 * @param model as it was read; its file gives the size
 * @throws LatheError what the passes throw for a model that they cannot work on
 */
export function predictRecipe(model: Model, { steps, target: name }: Recipe): RecipePrediction {
  const target = findTarget(name);
  const originalBytes = fileBytes(model);
  const layers: PlannedLayer[] = [];
  const notes: PassNote[] = [];
  let sizeBytes = originalBytes;
  let current = model;
  for (const step of steps) {
    const pass = findPass(step.name);
    if (!pass) continue;
    const options = pass.options.parse(step.options);
    if (step.name === 'fold') {
      // Cheap enough to be done: the later steps see what they will really get.
      const folded = foldModel(current, foldOptions.parse(step.options)).model;
      sizeBytes += storedTensorBytes(folded) - storedTensorBytes(current) - nodeBytes(current, folded);
      layers.push(...pass.plan(current, options, target).layers);
      current = folded;
      continue;
    }
    const plan = pass.plan(current, options, target);
    for (const { action, weightBytes, predictedBytes } of plan.layers) {
      sizeBytes += predictedBytes - weightBytes + (action === 'int8' ? bytesOfPairs : 0);
    }
    layers.push(...plan.layers);
    notes.push(...plan.notes);
  }
  const [latencyRatio, speed] = predictSpeed(current, steps, target.name);
  return {
    sizeBytes: Math.max(0, Math.round(sizeBytes)),
    originalBytes,
    latencyRatio,
    basis: `Size: the bytes of each layer's weights after the recipe. Accuracy: ${predictDrop(current, steps)} `
      + `Speed: ${speed}`,
    layers,
    notes,
  };
}

function fileBytes(model: Model): number {
  const own = model.path === undefined ? undefined : statSync(model.path, { throwIfNoEntry: false })?.size;
  return own === undefined ? storedTensorBytes(model) : own + externalBytes(model);
}

/** What the conversions around an integer layer take in a file, about: nodes, scales and zero points. */
const bytesOfPairs = 350;

/** What a node without weights takes in a file, about: names of its own and of its values, attributes. */
const bytesOfNode = 120;

function nodeBytes(before: Model, after: Model): number {
  return (count(before) - count(after)) * bytesOfNode;
}

function count(model: Model): number {
  return [...model.graph.walk()].length;
}

/** Share of the multiply-adds that must be in convolutions for the figures below to say anything. */
const convolutionShare = 0.8;
/** Below this integer kernels do not make up for the conversions around them (MNIST's network: 0.5 M). */
const fewestMacs = 2e6;

/**
 * How much faster than float int8 was on networks of mostly convolutions (bench/RESULTS.md, AVX2 without VNNI): the
 * only figures there are.
 */
const measured = {
  dense: { ratio: 1.58, networks: 'SqueezeNet 1.57x, ResNet-20 1.60x' },
  depthwise: { ratio: 1.37, networks: 'MobileNetV1 1.37x' },
} as const;

/** What quantization cost networks of a kind (bench/RESULTS.md): what a run of another one may be compared with. */
const measuredDrops: Readonly<Record<'int8' | 'dynamic', Partial<Record<ArchitectureKind, string>>>> = {
  int8: {
    convolutional: '0.8 of 100 answers changed on ResNet-20, 3.3 on SqueezeNet',
    mobile: 'MobileNetV1 lost 0.1 points of top-1, PP-OCRv4 det nothing of mAP50',
    detector: 'YOLOX-nano lost nothing of mAP50',
    transformer: 'PP-OCRv4 rec lost 0.9 points of exact lines',
  },
  dynamic: {
    decoder: 'the perplexity of stories260K rose by 1 %',
    recurrent: 'no answer of silero_vad changed',
  },
};

function predictDrop(model: Model, steps: Recipe['steps']): string {
  const quantize = steps.find(({ name }) => name === 'quantize');
  if (!quantize) return 'folding changes nothing but the last digits.';
  const { scheme } = quantizeOptions.parse(quantize.options);
  if (scheme === 'fp16') return 'float16 keeps three digits: losses are rarely seen.';
  const { kind } = architectureOf(model);
  const known = scheme === 'int8' || scheme === 'dynamic' ? measuredDrops[scheme][kind] : undefined;
  return known === undefined
    ? 'not known before a run, which holds the goal or says what it missed.'
    : `like networks of its kind (${known}); a run holds the goal or says what it missed.`;
}

function predictSpeed(
  model: Model,
  steps: Recipe['steps'],
  target: string,
): readonly [ratio: number | null, basis: string] {
  const unknown = (why: string): readonly [null, string] => [null, `not known: ${why}`];
  const other = steps.find(({ name }) => name !== 'fold' && name !== 'quantize');
  if (other) return unknown(`what "${other.name}" gains differs from model to model; a run measures it.`);
  const quantize = steps.find(({ name }) => name === 'quantize');
  if (!quantize) return [1, 'only folding, which onnxruntime does by itself when it loads a model.'];
  const { scheme } = quantizeOptions.parse(quantize.options);
  if (scheme !== 'int8') return unknown(`${scheme} has not been measured; a run measures it.`);
  if (target !== 'x64') return unknown(`no figures for the target ${target}; a run measures it where it runs.`);
  const { layers, macs } = summarize(model);
  if (macs === undefined) return unknown('the shapes in the model do not tell how much it computes.');
  if (macs < fewestMacs) {
    return [1, 'the model is so small that int8 only saves size (as measured on the MNIST network).'];
  }
  const convolutions = layers.filter(({ opType }) => opType === 'Conv');
  const inConvolutions = convolutions.reduce((sum, layer) => sum + (layer.macs ?? 0), 0);
  if (inConvolutions / macs < convolutionShare) {
    return unknown('only networks of mostly convolutions have been measured.');
  }
  const depthwise = [...model.graph.walk()].some(({ node }) => node.is('Conv') && node.int('group', 1) > 1);
  const { ratio, networks } = depthwise ? measured.depthwise : measured.dense;
  return [ratio, `like the networks measured on a processor without VNNI (${networks}); a run measures this one.`];
}
