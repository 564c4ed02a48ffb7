/** What the editor asks about a model. A custom editor opens no text document, so every message has the model's uri. */

import type { PackedFigures, PackedGraph } from './graph/structure.ts';
import type { Overlay } from './graph/overlay.ts';
import { notification, request } from './token.ts';

export interface ModelParams {
  readonly uri: string;
}

/** The facts on top of the side bar. */
export interface ModelFacts {
  readonly format: string;
  readonly sizeBytes: number;
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string | null;
  readonly parameters: number | null;
  readonly macs: number | null;
  readonly bytesByType: Readonly<Record<string, number>>;
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TensorType {
  readonly name: string;
  /** As in "float32[1,3,224,224]"; empty where not known. */
  readonly type: string;
}

export interface OpenedModel {
  readonly facts: ModelFacts;
  /** Without figures where `complete` is `false`. */
  readonly graph: PackedGraph;
  /** The graph's columns in base64: the language server's link carries JSON only. */
  readonly columns: string;
  /** Changes whenever the file does. */
  readonly version: string;
  /** `false` for a large model: its figures, and facts that are null or empty, are to be asked for. */
  readonly complete: boolean;
}

/** What an incomplete answer lacks. */
export interface ModelFigures {
  readonly facts: ModelFacts;
  readonly figures: PackedFigures;
  /** The figures' columns in base64. */
  readonly columns: string;
  readonly version: string;
}

/**
 * Reads a model's structure and keeps it until `closeModel`, once for each `openModel`. Fails with what is wrong with
 * the file. The model's problems are published as diagnostics from then on.
 */
export const openModel = request<ModelParams, OpenedModel>('lathe/model/open');
/** Shapes, costs and the lines under operators, of a model that is open. */
export const modelFigures = request<ModelParams, ModelFigures>('lathe/model/figures');
export const closeModel = notification<ModelParams>('lathe/model/close');

export interface NodeParams extends ModelParams {
  /** Number of the node in the graph. */
  readonly node: number;
}

export interface NodeDetails {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** The operator's documentation, on the web. */
  readonly documentation?: string;
  readonly docString?: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly inputs: readonly ValueDetails[];
  readonly outputs: readonly ValueDetails[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ValueDetails extends TensorType {
  /** The operator's word for it: "X", "W", "bias"; empty where it is not known. */
  readonly role: string;
  /** Set for constants: their statistics can be asked for. */
  readonly constant?: { readonly bytes: number; readonly elements: number; readonly external: boolean };
  /** Set for constants that are dequantized before use: the type in which the file has them. */
  readonly storedAs?: string;
}

export const nodeDetails = request<NodeParams, NodeDetails>('lathe/model/node');

export interface TensorParams extends NodeParams {
  /** Name of a constant that the node reads. */
  readonly tensor: string;
}

/** Of all elements of a constant; NaN and infinite ones are counted and otherwise left out. */
export interface TensorStatistics {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Share of zeros, 0..1. */
  readonly sparsity: number;
  readonly notFinite: number;
  /** `counts[i]` elements between `min + i * width` and `min + (i + 1) * width`. */
  readonly histogram: { readonly min: number; readonly width: number; readonly counts: readonly number[] };
  /** Smallest and largest element by output channel; absent for tensors without channels. */
  readonly channels?: { readonly axis: number; readonly min: readonly number[]; readonly max: readonly number[] };
  /** The first elements, as text. */
  readonly preview: string;
}

export const tensorStatistics = request<TensorParams, TensorStatistics>('lathe/model/tensor');

/** One tensor of each of two models, the first as the reference. */
export interface CompareTensorsParams {
  readonly a: TensorParams;
  readonly b: TensorParams;
}

/** Element by element; those that are not finite are left out. */
export interface TensorError {
  readonly elements: number;
  readonly compared: number;
  readonly equal: number;
  readonly rmse: number;
  readonly maxAbs: number;
  /** Null where there is no difference, or nothing but zeros to compare with. */
  readonly sqnrDb: number | null;
  /** Where the largest difference is; null where there is none. */
  readonly worst: { readonly index: readonly number[]; readonly before: number; readonly after: number } | null;
}

/** A sentence where the tensors cannot be compared. */
export const compareTensors = request<CompareTensorsParams, TensorError | { readonly reason: string }>(
  'lathe/model/compareTensors',
);

/** Heat maps from past runs of this model; those that follow from the structure the view makes itself. */
export const modelOverlays = request<ModelParams, readonly Overlay[]>('lathe/model/overlays');
/** The overlays of a model have changed: ask again. */
export const overlaysChanged = notification<ModelParams>('lathe/model/overlaysChanged');

/** The model in ONNX's textual syntax, for a read-only document of the scheme `lathe-text`. */
export const modelText = request<ModelParams, { readonly text: string }>('lathe/model/text');

/** Scheme of text views: `lathe-text:/path/model.onnx.txt?<uri of the model>`. */
export const textScheme = 'lathe-text';

export interface CompareStructureParams {
  readonly a: string;
  readonly b: string;
}

/** Which node of one model is which of another; both must be open. */
export interface StructureComparison {
  /** By node of a: its counterpart in b, or -1. */
  readonly counterpart: readonly number[];
  /** By node of a: what became of it. */
  readonly statusOfA: readonly NodeStatus[];
  readonly statusOfB: readonly NodeStatus[];
}

export type NodeStatus = 'same' | 'changed' | 'removed' | 'added' | 'quantized';

export const compareStructure = request<CompareStructureParams, StructureComparison>('lathe/model/compare');
