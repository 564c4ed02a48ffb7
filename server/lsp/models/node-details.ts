/** What the side bar says of one node. */

import type { NodeDetails, TensorStatistics, ValueDetails } from '../../../protocol/model.ts';
import { channelAxis } from '../../engine/analysis/channel-axis.ts';
import { documentationOf, inputRole, outputRole } from '../../engine/analysis/operator-words.ts';
import { tensorStatistics } from '../../engine/analysis/tensor-statistics.ts';
import { LatheError } from '../../engine/errors.ts';
import type { Node } from '../../engine/model/node.ts';
import type { Tensor } from '../../engine/model/tensor.ts';
import { typeText } from '../../engine/model/type-text.ts';
import { attributeTexts } from './attribute-text.ts';
import { dequantize, dequantizedConstant } from './dequantized-constant.ts';
import type { LoadedModel } from './loaded-model.ts';

/** @throws LatheError `USAGE` for a number that no node has */
export function nodeDetails(loaded: LoadedModel, number: number): NodeDetails {
  const entry = entryOf(loaded, number);
  const name = loaded.table.names[number]!;
  if (entry.kind !== 'operator') {
    const value = { name: entry.value, type: typeText(loaded.types.get(entry.value)), role: '' };
    return {
      name,
      opType: entry.kind === 'input' ? 'Input' : 'Output',
      domain: '',
      attributes: [],
      inputs: entry.kind === 'output' ? [value] : [],
      outputs: entry.kind === 'input' ? [value] : [],
      metadata: {},
    };
  }
  const { node, place } = entry;
  const documentation = documentationOf(node.domain, node.opType);
  return {
    name,
    opType: node.opType,
    domain: node.domain,
    ...(documentation !== undefined && { documentation }),
    ...(node.docString !== undefined && { docString: node.docString }),
    attributes: attributeTexts(node),
    inputs: node.inputs.flatMap((value, i) => (value === '' ? [] : [input(loaded, place, node, value, i)])),
    outputs: node.outputs.flatMap((value, i) =>
      (value === '' ? [] : [{ name: value, type: typeOf(loaded, place, value), role: outputRole(node.opType, i) }])),
    metadata: Object.fromEntries(node.metadata ?? []),
  };
}

/**
 * Statistics of a constant that the node reads.
 *
 * @throws LatheError `USAGE` for a name that is no constant of the node, and what reading it throws
 */
export function statisticsOf(
  loaded: LoadedModel,
  number: number,
  name: string,
  signal: AbortSignal,
): Promise<TensorStatistics> {
  const { node, tensor } = constantAt(loaded, number, name);
  const axis = channelAxis(node, node.inputs.indexOf(name), tensor.dims, readerOf(loaded, node));
  // Constants of `Constant` nodes have no name of their own.
  return tensorStatistics(tensor.withName(name), { signal, ...(axis !== undefined && { channelAxis: axis }) });
}

/**
 * A constant that the node reads, in the numbers that it computes with.
 *
 * @throws LatheError `USAGE` for a name that is no constant of the node
 */
export function constantAt(loaded: LoadedModel, number: number, name: string): { node: Node; tensor: Tensor } {
  const entry = entryOf(loaded, number);
  const tensor = entry.kind === 'operator' ? numbersOf(loaded, entry.place, name) : undefined;
  if (entry.kind === 'operator' && tensor && entry.node.inputs.includes(name)) return { node: entry.node, tensor };
  throw new LatheError('USAGE', `"${name}" is no constant of node "${loaded.table.names[number]!}".`, {
    at: { value: name },
  });
}

function entryOf(loaded: LoadedModel, number: number): LoadedModel['table']['nodes'][number] {
  const entry = loaded.table.nodes[number];
  if (entry) return entry;
  throw new LatheError('USAGE', `The model has no node with the number ${number}.`, {
    fix: 'Close the model and open it again.',
    at: { file: loaded.path },
  });
}

function constantOf(loaded: LoadedModel, place: number, name: string): Tensor | undefined {
  return loaded.constants(place).tensor(name);
}

/** Of a constant, or of one that is dequantized first. */
function numbersOf(loaded: LoadedModel, place: number, name: string): Tensor | undefined {
  const constant = constantOf(loaded, place, name);
  if (constant) return constant;
  const dequantized = dequantizedConstant(loaded, place, name);
  return dequantized && dequantize(dequantized, name);
}

/** The node behind a dequantized constant. */
function readerOf({ structure, table, numbers }: LoadedModel, node: Node): Node | undefined {
  if (node.opType !== 'DequantizeLinear') return undefined;
  const edge = structure.source.indexOf(numbers.get(node) ?? -1);
  const reader = edge < 0 ? undefined : table.nodes[structure.target[edge]!];
  return reader?.kind === 'operator' ? reader.node : undefined;
}

function typeOf(loaded: LoadedModel, place: number, value: string): string {
  return typeText(loaded.typesAt(place)?.get(value));
}

function input(loaded: LoadedModel, place: number, node: Node, value: string, index: number): ValueDetails {
  const tensor = constantOf(loaded, place, value);
  const role = inputRole(node.opType, index);
  if (!tensor) {
    const stored = dequantizedConstant(loaded, place, value)?.stored;
    return {
      name: value,
      type: typeOf(loaded, place, value),
      role,
      ...(stored && { constant: sizeOf(stored), storedAs: stored.dtype }),
    };
  }
  return {
    name: value,
    type: `${tensor.dtype}[${tensor.dims.join(',')}]`,
    role,
    constant: sizeOf(tensor),
  };
}

function sizeOf({ byteLength, size, storage }: Tensor): NonNullable<ValueDetails['constant']> {
  return { bytes: byteLength, elements: size, external: storage.external !== undefined };
}
