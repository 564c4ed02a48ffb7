/**
 * The structure of a model as the graph view draws it: nodes, edges and groups as columns, names as lists. No weights.
 *
 * Nodes are numbered 0..n-1: first the graph's inputs, then the operators in the order of the file (a node's subgraph
 * directly after it), then the graph's outputs. Initializers are no nodes: they belong to the operator that reads them.
 */

import type { Column, ColumnTable } from './columns.ts';

/** What a node is; the value in `GraphColumns.kind`. */
export const nodeKinds = ['operator', 'input', 'output'] as const;

/** Why nodes are in a group together; the value in `GraphColumns.groupKind`. */
export const groupKinds = [
  /** The common beginning of node names: "/layer1/0/". */
  'scope',
  /** The body of an If, Loop or Scan, or of a function. */
  'subgraph',
  /** A run of nodes that repeats elsewhere, where names say nothing. */
  'block',
] as const;

/** By node (n), by edge (e) and by group (g). */
export interface GraphColumns {
  /** n: index into `nodeKinds`. */
  readonly kind: Uint8Array;
  /** n: index into `opTypes`; -1 for inputs and outputs. */
  readonly opType: Int32Array;
  /** n: the innermost group, -1 for none. */
  readonly group: Int32Array;
  /** n: parameters of the node's constants. */
  readonly parameters: Float64Array;
  /** n: bytes of the node's constants. */
  readonly weightBytes: Float64Array;
  /** n: multiply-accumulates of one run; NaN where not known. */
  readonly macs: Float64Array;
  /** n: bytes of the node's outputs; NaN where not known. */
  readonly activationBytes: Float64Array;
  /** n: 0-based line in the text view of the model. */
  readonly line: Int32Array;
  /** e: the node that makes the tensor. */
  readonly source: Int32Array;
  /** e: the node that reads it. */
  readonly target: Int32Array;
  /** e: index into `tensorNames`. */
  readonly tensor: Int32Array;
  /** g: the group around it, -1 for none; a parent comes before its children. */
  readonly groupParent: Int32Array;
  /** g: index into `groupKinds`. */
  readonly groupKind: Uint8Array;
  /** g: groups with the same number have the same inner structure; -1 for one that is unlike all others. */
  readonly groupShape: Int32Array;
}

/** The parts that are text. */
export interface GraphNames {
  /** n: unique: the node's own name, or a label made for it. What problems, overlays and recipes use. */
  readonly names: readonly string[];
  /** n: what to write under the operator, as in "64 3x3 /2"; empty where there is nothing to say. */
  readonly details: readonly string[];
  readonly opTypes: readonly string[];
  /** Category of each of `opTypes`, for its colour. */
  readonly opCategories: readonly OpCategory[];
  readonly tensorNames: readonly string[];
  /** Type of each of `tensorNames`, as in "float32[1,64,56,56]"; empty where it is not known. */
  readonly tensorTypes: readonly string[];
  /** g: the last part of the group's name. */
  readonly groupNames: readonly string[];
}

export type OpCategory =
  | 'convolution' | 'matrix' | 'normalization' | 'activation' | 'pooling' | 'elementwise' | 'shape' | 'reduction'
  | 'quantization' | 'recurrent' | 'control' | 'constant' | 'other' | 'boundary';

export interface GraphStructure extends GraphColumns, GraphNames {}

/** What follows from shapes and costs. A large model is drawn before they are known. */
export type GraphFigures = Pick<GraphStructure, FigureText | FigureColumn>;

/** Lists of text among the figures: empty where they are still to come. */
export const figureTexts = ['details', 'tensorTypes'] as const satisfies readonly (keyof GraphNames)[];
type FigureText = (typeof figureTexts)[number];

/** Columns among the figures: absent where they are still to come. */
export const figureColumns = [
  'parameters', 'weightBytes', 'macs', 'activationBytes', 'line',
] as const satisfies readonly (keyof GraphColumns)[];
type FigureColumn = (typeof figureColumns)[number];

/** As it travels: text as JSON, columns in a buffer beside it. */
export interface PackedGraph {
  readonly names: GraphNames;
  readonly table: ColumnTable;
}

/** Figures that travel by themselves. */
export interface PackedFigures {
  readonly names: Pick<GraphNames, FigureText>;
  readonly table: ColumnTable;
}

/** Names of the columns without figures, in the order in which they travel. */
export const drawnColumns = [
  'kind', 'opType', 'group', 'source', 'target', 'tensor', 'groupParent', 'groupKind', 'groupShape',
] as const satisfies readonly (keyof GraphColumns)[];

/** Names of all columns, in the order in which they travel. */
export const graphColumns = [...drawnColumns, ...figureColumns] as const;

/**
 * Puts a graph together from its travelling parts; throws a TypeError when a column is missing. Figures that are still
 * to come are NaN and empty.
 */
export function graphFrom(names: GraphNames, columns: Readonly<Record<string, Column>>): GraphStructure {
  const missing = drawnColumns.filter((name) => !(name in columns));
  if (missing.length > 0) throw new TypeError(`The graph lacks the columns ${missing.join(', ')}.`);
  const graph = { ...noFigures(names), ...names, ...(columns as unknown as GraphColumns) };
  return names.details.length > 0 ? graph : { ...graph, ...noTexts(names) };
}

function noTexts({ names, tensorNames }: GraphNames): Pick<GraphFigures, FigureText> {
  return { details: names.map(() => ''), tensorTypes: tensorNames.map(() => '') };
}

function noFigures({ names }: GraphNames): Pick<GraphFigures, FigureColumn> {
  const unknown = new Float64Array(names.length).fill(NaN);
  return {
    parameters: unknown, weightBytes: unknown, macs: unknown, activationBytes: unknown,
    line: new Int32Array(names.length),
  };
}
