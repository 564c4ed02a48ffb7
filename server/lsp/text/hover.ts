/** Hover on a node or a value of the text view. */

import { MarkupKind, type Hover, type Position } from 'vscode-languageserver';
import { tensorStatistics } from '../../engine/analysis/tensor-statistics.ts';
import { LatheError } from '../../engine/errors.ts';
import type { PrintedModel } from '../../engine/formats/onnx/text/printed-model.ts';
import type { InferredTypes } from '../../engine/model/shapes/infer.ts';
import type { Tensor } from '../../engine/model/tensor.ts';
import { typeText } from '../../engine/model/type-text.ts';
import { bytesInWords, countInWords, plural } from '../../engine/util/words.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import { commandUri, revealNode } from '../languages/links-to-client.ts';
import { codeSpan, escapeMarkdown } from '../languages/markdown.ts';
import { constantOf, makerOf } from './constants.ts';
import { histogramText } from './histogram-text.ts';
import { isValue, tokensTo, tokenUnder } from './places.ts';

/** Of larger constants no statistics are made for a hover. */
const largestConstantBytes = 64e6;

export async function hover(printed: PrintedModel, loaded: LoadedModel, position: Position): Promise<Hover | null> {
  const token = tokenUnder(printed, position);
  if (!token || token.reference < 0) return null;
  const isNode = token.kind === 'node' || token.kind === 'operator';
  if (!isNode && !isValue(token)) return null;
  const lines = isNode
    ? aboutNode(printed, loaded, token.reference)
    : await aboutValue(printed, loaded, token.reference);
  return { range: token.range, contents: { kind: MarkupKind.Markdown, value: lines.join('\n\n') } };
}

/** What is known about the values of a scope; nothing inside functions, which every call may use otherwise. */
export function typesOf(printed: PrintedModel, loaded: LoadedModel, scope: number): InferredTypes | undefined {
  const { graph } = printed.scopes[scope]!;
  if (!graph) return undefined;
  return scope === 0 ? loaded.types : loaded.types.forGraph(graph);
}

function aboutNode(printed: PrintedModel, loaded: LoadedModel, index: number): string[] {
  const node = printed.nodes[index]!;
  const types = typesOf(printed, loaded, printed.nodeScope[index]!);
  const cost = loaded.costs.layers.find((layer) => layer.node === node);
  const number = loaded.numbers.get(node);
  const figures = [
    ...(cost && cost.weightBytes > 0 ? [`${bytesInWords(cost.weightBytes)} of constants`] : []),
    ...(cost && cost.parameters > 0 ? [`${countInWords(cost.parameters)} parameters`] : []),
    ...(cost?.macs === undefined || cost.macs === 0 ? [] : [`${countInWords(cost.macs)} MACs`]),
    ...(cost?.activationBytes === undefined ? [] : [`${bytesInWords(cost.activationBytes)} of outputs`]),
  ];
  const values = (title: string, names: readonly string[]): string[] => {
    const rows = names.filter((name) => name !== '').map((name) => {
      const type = typeText(types?.get(name));
      return `- ${codeSpan(name)}${type === '' ? '' : `: ${codeSpan(type)}`}`;
    });
    return rows.length > 0 ? [`${title}:\n${rows.join('\n')}`] : [];
  };
  return [
    `**${escapeMarkdown(node.opType)}** ${codeSpan(node.label)}`,
    ...(figures.length > 0 ? [figures.join(', ')] : []),
    ...values('Inputs', node.inputs),
    ...values('Outputs', node.outputs),
    ...(node.docString ? [escapeMarkdown(node.docString)] : []),
    ...(number === undefined
      ? []
      : [`[Show in graph](${commandUri(revealNode(loaded.uri, loaded.table.names[number]!))})`]),
  ];
}

async function aboutValue(printed: PrintedModel, loaded: LoadedModel, value: number): Promise<string[]> {
  const name = printed.valueNames[value]!;
  const types = typesOf(printed, loaded, printed.valueScope[value]!);
  const type = typeText(types?.get(name));
  const constant = constantOf(printed, value);
  const maker = makerOf(printed, value);
  const reads = tokensTo(printed, ['use'], value).length;
  const from = constant ? 'constant' : maker ? `made by ${maker.opType} ${codeSpan(maker.label)}` : 'input';
  return [
    `${codeSpan(name)}${type === '' ? '' : `: ${codeSpan(type)}`}`,
    `${from}, read ${reads === 1 ? 'once' : plural(reads, 'time')}`,
    ...(constant ? await aboutConstant(constant) : []),
  ];
}

async function aboutConstant(tensor: Tensor): Promise<string[]> {
  const { dtype, dims, byteLength } = tensor;
  const size = `${dtype}[${dims.join(', ')}], ${bytesInWords(byteLength)}`;
  if (byteLength > largestConstantBytes) return [`${size}. Select the node in the graph for its histogram.`];
  try {
    const { min, max, mean, standardDeviation, sparsity, notFinite, histogram } = await tensorStatistics(tensor);
    const spread = [`${short(min)} to ${short(max)}`, `mean ${short(mean)}`, `deviation ${short(standardDeviation)}`,
      ...(sparsity > 0 ? [`${(sparsity * 100).toFixed(1)} % zeros`] : []),
      ...(notFinite > 0 ? [`${notFinite} not finite`] : [])];
    const picture = histogram.counts.length > 1
      ? [`\`\`\`text\n${histogramText(histogram.counts)}\n\`\`\``, 'Heights are square roots of the counts.']
      : [];
    return [`${size}: ${spread.join(', ')}`, ...picture];
  } catch (error) {
    // Text, or numbers in a file that is not there.
    if (error instanceof LatheError) return [size, escapeMarkdown(error.message)];
    throw error;
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
