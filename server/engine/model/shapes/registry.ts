/** Which rule belongs to which operator. */

import type { Rule, Rules } from './node-facts.ts';
import { attentionRules, previewRules } from './rules/attention.ts';
import { classicRules, trainingRules } from './rules/classic.ts';
import { collectionRules } from './rules/collections.ts';
import { controlFlowRules } from './rules/control-flow.ts';
import { convolutionRules } from './rules/convolution.ts';
import { creationRules } from './rules/creation.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { experimentalRules } from './rules/experimental.ts';
import { indexingRules } from './rules/indexing.ts';
import { layoutRules } from './rules/layout.ts';
import { matrixRules } from './rules/matrix.ts';
import { microsoftRules } from './rules/microsoft.ts';
import { normalizationRules } from './rules/normalization.ts';
import { nchwcRules, nhwcRules } from './rules/optimized-layouts.ts';
import { quantizationRules } from './rules/quantization.ts';
import { recurrentRules } from './rules/recurrent.ts';
import { reductionRules } from './rules/reduction.ts';
import { resizingRules } from './rules/resizing.ts';
import { signalRules } from './rules/signal.ts';
import { sizingRules } from './rules/sizing.ts';
import { slicingRules } from './rules/slicing.ts';
import { textRules } from './rules/text.ts';
import { latheRules } from './rules/training.ts';

const domains: Readonly<Record<string, readonly Rules[]>> = {
  '': [
    attentionRules,
    collectionRules,
    controlFlowRules,
    convolutionRules,
    creationRules,
    elementwiseRules,
    experimentalRules,
    indexingRules,
    layoutRules,
    matrixRules,
    normalizationRules,
    quantizationRules,
    recurrentRules,
    reductionRules,
    resizingRules,
    signalRules,
    sizingRules,
    slicingRules,
    textRules,
  ],
  'ai.onnx.ml': [classicRules],
  'ai.onnx.preview': [previewRules],
  'ai.onnx.preview.training': [trainingRules],
  'com.microsoft': [microsoftRules],
  'com.microsoft.nchwc': [nchwcRules],
  'com.ms.internal.nhwc': [nhwcRules],
  lathe: [latheRules],
};

const registry: ReadonlyMap<string, ReadonlyMap<string, Rule>> = new Map(
  Object.entries(domains).map(([domain, rules]) => [domain, new Map(rules.flatMap((r) => Object.entries(r)))]),
);

/** The rule of an operator of any version, if there is one. */
export function ruleFor(domain: string, opType: string): Rule | undefined {
  return registry.get(domain)?.get(opType);
}
