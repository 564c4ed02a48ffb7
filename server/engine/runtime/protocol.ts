/**
 * Messages between the engine and the process that runs onnxruntime.
 *
 * That process exists because some models abort whatever process they run in, and because loading and running block
 * the thread and cannot be interrupted: the only way out of either is a process that may die. Requests are answered
 * one at a time, in the order in which they come.
 */

import type { ErrorCode, ErrorPlace } from '../errors.ts';
import type { Dim } from '../model/types.ts';
import type { DataType } from '../tensor/dtype.ts';
import type { Feeds, TensorValue } from '../tensor/tensor-value.ts';
import type { ObserverResult, ObserverSpec } from './observers/registry.ts';

/** How far onnxruntime rewrites the graph when it loads a model. */
export type OptimizationLevel = 'disabled' | 'basic' | 'extended' | 'all';

/** An input or output of a session. */
export interface ValueMeta {
  readonly name: string;
  /** Absent for sequences, maps and optional values. */
  readonly dtype: DataType | undefined;
  readonly shape: readonly Dim[] | undefined;
}

/** `SessionOptions` with every choice made. */
export interface LoadOptions {
  readonly threads: number;
  readonly provider: string;
  readonly optimization: OptimizationLevel;
  readonly spinning: boolean;
  readonly memPattern: boolean;
  readonly optimizedModelPath?: string;
  /** Path that the profile's file name begins with: asks for a profile. */
  readonly profilePrefix?: string;
}

export interface Memory {
  /** Most memory that the process has held so far. */
  readonly peakRssBytes: number;
  readonly rssBytes: number;
}

/** How far an output of a branch is from the base's, over all its numbers. */
export interface OutputError {
  /** Sum of the squares of the base's numbers. */
  readonly signal: number;
  /** Sum of the squared differences. */
  readonly noise: number;
}

export interface BranchResult {
  /** The model's outputs that the branch made; empty where they were not wanted. */
  readonly outputs: Readonly<Record<string, TensorValue>>;
  /** By output, for those of floats whose shape stayed. */
  readonly errors: Readonly<Record<string, OutputError>>;
}

/** What may be asked, and what the answer is. Sessions and observations go by numbers. */
export interface Requests {
  /** The names of the execution providers of this build and machine. */
  providers: { params: null; result: readonly string[] };
  load: {
    params: { readonly source: string | Uint8Array; readonly options: LoadOptions };
    result: { readonly session: number; readonly inputs: readonly ValueMeta[]; readonly outputs: readonly ValueMeta[] };
  };
  run: {
    params: { readonly session: number; readonly feeds: Feeds; readonly outputs: readonly string[] | undefined };
    result: Record<string, TensorValue>;
  };
  /** Keeps values that inputs get from now on, in place of those kept before under the same names. */
  hold: { params: { readonly session: number; readonly values: Feeds }; result: null };
  /** Runs on feeds and what is held, then holds each carried output, by its name, as the input that it names. */
  advance: {
    params: {
      readonly session: number;
      readonly feeds: Feeds;
      readonly outputs: readonly string[];
      readonly carried: Readonly<Record<string, string>>;
    };
    result: Record<string, TensorValue>;
  };
  held: {
    params: { readonly session: number; readonly names: readonly string[] };
    result: Record<string, TensorValue>;
  };
  release: { params: { readonly session: number }; result: null };
  /** Ends profiling, which writes the profile's file. */
  endProfile: { params: { readonly session: number }; result: null };
  /** Begins to observe sessions that will be run on the same feeds. */
  openObservation: {
    params: { readonly sessions: readonly number[]; readonly observers: readonly ObserverSpec[] };
    result: { readonly observation: number };
  };
  observe: { params: { readonly observation: number; readonly feeds: Feeds }; result: null };
  collect: { params: { readonly observation: number }; result: readonly ObserverResult[] };
  closeObservation: { params: { readonly observation: number }; result: null };
  /** Begins to run branches of `base`; see `Relay`. */
  openRelay: {
    params: { readonly base: number; readonly kept: readonly string[] };
    result: { readonly relay: number };
  };
  beginRelay: { params: { readonly relay: number; readonly feeds: Feeds }; result: Record<string, TensorValue> };
  branchRelay: {
    params: { readonly relay: number; readonly sessions: readonly number[]; readonly wanted: boolean };
    result: BranchResult;
  };
  closeRelay: { params: { readonly relay: number }; result: null };
  /** Keeps feeds for `time`. */
  prepareTiming: { params: { readonly session: number; readonly feeds: Feeds }; result: null };
  /** Runs on the feeds kept; milliseconds of each run. */
  time: { params: { readonly session: number; readonly runs: number }; result: Float64Array };
  memory: { params: null; result: Memory };
}

export type RequestName = keyof Requests;

export interface RequestMessage<Name extends RequestName = RequestName> {
  readonly id: number;
  readonly name: Name;
  readonly params: Requests[Name]['params'];
}

/** An error on its way between processes: its code, or that onnxruntime threw it. */
export interface WireError {
  readonly origin: ErrorCode | 'onnxruntime';
  readonly message: string;
  readonly detail?: string;
  readonly fix?: string;
  readonly at?: ErrorPlace;
}

export type ResponseMessage =
  | { readonly id: number; readonly result: Requests[RequestName]['result'] }
  | { readonly id: number; readonly error: WireError };

export type Handlers = {
  readonly [Name in RequestName]: (
    params: Requests[Name]['params'],
  ) => Requests[Name]['result'] | Promise<Requests[Name]['result']>;
};
