/** What the file itself shows: broken rules, missing data, waste. */

import type { ProblemFix } from '../../../protocol/problems.ts';
import { bytesInWords, plural } from '../../../protocol/words.ts';
import { wasteOf } from '../../engine/analysis/waste.ts';
import { isCancelled, LatheError } from '../../engine/errors.ts';
import { checkExternalData } from '../../engine/formats/onnx/external-data.ts';
import type { Model } from '../../engine/model/model.ts';
import type { Node } from '../../engine/model/node.ts';
import type { InferredTypes } from '../../engine/model/shapes/infer.ts';
import { validateModel } from '../../engine/model/validate.ts';
import { failureOf } from '../../engine/util/failure.ts';
import type { FoundProblem } from './found-problem.ts';

const source = 'From the structure of the file.';

/** The problem of a file that cannot be read. */
export function unreadable(error: unknown): FoundProblem {
  const { message, fix } = failureOf(error);
  return {
    code: error instanceof LatheError && error.code === 'EXTERNAL_DATA' ? 'LTH3002' : 'LTH3001',
    severity: 'error',
    message,
    ...(fix !== undefined && { fix }),
    source: 'From reading the file.',
  };
}

/** External data: one problem for each file that is missing, however many tensors are in it. */
export function externalProblems(model: Model): FoundProblem[] {
  const byFix = new Map<string, { readonly first: LatheError; count: number }>();
  for (const error of checkExternalData(model)) {
    const key = error.fix ?? error.message;
    const known = byFix.get(key);
    if (known) known.count += 1;
    else byFix.set(key, { first: error, count: 1 });
  }
  return [...byFix.values()].map(({ first, count }) => ({
    ...unreadable(first),
    message: count === 1 ? first.message : `${first.message} So it is with ${plural(count - 1, 'other tensor')}.`,
  }));
}

/** Without custom operators, which every target's check tells of, once for each operator. */
export function ruleProblems(model: Model): FoundProblem[] {
  const problems = validateModel(model).filter(({ code }) => code !== 'custom-operator');
  return problems.map(({ severity, message, fix, node }) => ({
    code: 'LTH3003',
    severity,
    message,
    ...(fix !== undefined && { fix }),
    ...(node !== undefined && { node }),
    source,
  }));
}

export function shapeProblems(types: InferredTypes): FoundProblem[] {
  return types.problems.map(({ message, node }) => ({
    code: 'LTH3004',
    severity: 'warning',
    message,
    fix: 'Export the model again; if it runs all the same, what is declared in it is out of date.',
    ...(node !== undefined && { node }),
    source: 'From shape inference.',
  }));
}

const foldFix: readonly ProblemFix[] = [
  { title: 'Add the step "fold" to the recipe', edit: { kind: 'step', step: 'fold', before: 'quantize' } },
];

const foldSentence = 'The step "fold" of a recipe mends it; "lathe compress" begins with it.';

/** One problem for each kind of waste, at the first node that it is about. */
export function wasteProblems(model: Model): FoundProblem[] {
  let waste: ReturnType<typeof wasteOf>;
  try {
    waste = wasteOf(model);
  } catch (error) {
    // Constants that cannot be read are a problem of their own.
    if (error instanceof LatheError && !isCancelled(error)) return [];
    throw error;
  }
  const { batchNorms, computable, identities, dead, duplicates } = waste;
  const doubled = duplicates.flatMap(([, ...others]) => others);
  const bytes = doubled.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return [
    ...about(batchNorms, 'LTH3011', `${plural(batchNorms.length, 'batch norm')} can be merged into the layer before. `
      + 'Until then each costs a pass over its values and keeps the layer from being quantized well.'),
    ...(doubled.length === 0 ? [] : [wasted('LTH3012', undefined, `${plural(doubled.length, 'constant')} (`
      + `${bytesInWords(bytes)}) equal another one, the first "${doubled[0]!.name}". One copy is enough.`)]),
    ...about(dead, 'LTH3013', `Nothing needs the results of ${plural(dead.length, 'node')}.`),
    ...about(identities, 'LTH3014', `The results of ${plural(identities.length, 'node')} are just what goes in.`),
    ...about(computable, 'LTH3015', `The results of ${plural(computable.length, 'node')} follow from constants alone. `
      + 'They could be computed once, now.'),
  ];
}

function about(nodes: readonly Node[], code: FoundProblem['code'], message: string): FoundProblem[] {
  return nodes.length === 0 ? [] : [wasted(code, nodes[0]!.label, message)];
}

function wasted(code: FoundProblem['code'], node: string | undefined, message: string): FoundProblem {
  const place = node === undefined ? {} : { node };
  return { code, severity: 'info', message, fix: foldSentence, ...place, fixes: foldFix, source };
}
