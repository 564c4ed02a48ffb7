/**
 * Overlays in the JSON of Google's Model Explorer ("node data"):
 * `{ "<graph>": { "results": { "<node>": { "value": 1 } }, "thresholds": [{ "value": 10, "bgColor": "#…" }] } }`,
 * or the inner object alone. A threshold's value is the upper end of its range. Node keys are names of nodes or of
 * the tensors that they make.
 */

import type { Overlay } from '../../../protocol/graph/overlay.ts';
import type { NodeFigures } from './built-in.ts';

export interface ImportedNodeData {
  readonly overlays: readonly Overlay[];
  /** Keys that name no node of the model. */
  readonly unknown: number;
}

/** What could not be read, in words for the user. */
export class NodeDataError extends Error {
  override readonly name = 'NodeDataError';
}

/**
 * Reads node data; `resolve` gives a node's name for a key, undefined for keys that the model does not have. Throws
 * NodeDataError for text that is no node data and for data that fit nothing in the model.
 */
export function importNodeData(
  fileName: string,
  text: string,
  resolve: (key: string) => string | undefined,
): ImportedNodeData {
  const graphs = graphsIn(parse(fileName, text));
  if (graphs.length === 0) {
    throw new NodeDataError(`${fileName} holds no node data. It should have the figures under "results", by node.`);
  }
  let unknown = 0;
  const overlays: Overlay[] = [];
  graphs.forEach(([graph, data], i) => {
    const values: Record<string, number> = {};
    for (const [key, result] of Object.entries(data.results)) {
      const value = valueOf(result);
      const name = resolve(key);
      if (name === undefined) unknown++;
      else if (value !== undefined) values[name] = value;
    }
    if (Object.keys(values).length === 0) return;
    const thresholds = upperLimits(data.thresholds);
    overlays.push({
      id: `imported:${fileName}:${i}`,
      title: graph === '' ? fileName : `${fileName}: ${graph}`,
      unit: '',
      bad: 'high',
      aggregate: 'mean',
      source: fileName,
      values,
      ...(thresholds.length > 0 && { thresholds }),
    });
  });
  if (overlays.length === 0) {
    throw new NodeDataError(`${fileName} has no number for any node of this model. Was it made for another one?`);
  }
  return { overlays, unknown };
}

/** The overlay as node data; `colors` are those of the ranges between the thresholds. */
export function exportNodeData(
  graph: string,
  figures: NodeFigures,
  names: readonly string[],
  thresholds: readonly number[],
  colors: readonly string[],
): string {
  const results: Record<string, { value: number }> = {};
  let largest = -Infinity;
  figures.values.forEach((value, node) => {
    if (!Number.isFinite(value)) return;
    results[names[node]!] = { value };
    largest = Math.max(largest, value);
  });
  // The last range is open here and needs an upper end there.
  const ends = [...thresholds, Math.max(largest, thresholds.at(-1) ?? largest)];
  return `${JSON.stringify({
    [graph]: { results, thresholds: ends.map((value, i) => ({ value, bgColor: colors[i]! })) },
  }, null, 2)}\n`;
}

interface GraphData {
  readonly results: Readonly<Record<string, unknown>>;
  readonly thresholds?: unknown;
}

function parse(fileName: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NodeDataError(`${fileName} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function graphsIn(data: unknown): (readonly [name: string, data: GraphData])[] {
  if (isGraphData(data)) return [['', data]];
  if (!isRecord(data)) return [];
  return Object.entries(data).flatMap(([name, graph]) => (isGraphData(graph) ? [[name, graph] as const] : []));
}

function isGraphData(value: unknown): value is GraphData {
  return isRecord(value) && isRecord(value['results']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Results are `{ value: 1 }`; other tools write the number alone. */
function valueOf(result: unknown): number | undefined {
  const value = isRecord(result) ? result['value'] : result;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The upper end of the last range limits nothing here. */
function upperLimits(thresholds: unknown): number[] {
  if (!Array.isArray(thresholds)) return [];
  const values = thresholds.flatMap((item: unknown) => valueOf(item) ?? []);
  return [...new Set(values)].sort((a, b) => a - b).slice(0, -1);
}
