/** Latencies side by side. The command line prints them as JSON, so their names are a public interface. */

import type { MachineDescription } from './run.ts';

/** What the profile says of one node. */
export interface ProfiledNode {
  /** As onnxruntime names it after its rewriting; may be empty. */
  readonly name: string;
  readonly opType: string;
  /** Execution provider, such as "CPUExecutionProvider". */
  readonly provider: string;
  /** Microseconds per run, without nodes of its subgraphs; calls within one run added up. Median of all runs. */
  readonly medianUs: number;
}

export interface NodeTime extends ProfiledNode {
  /** Of the time of all nodes, 0..1. */
  readonly share: number;
  /** The node of the model (its name, or its label without one) that it was made from, where that can be told. */
  readonly origin: string | undefined;
}

export interface BenchmarkRun {
  /** Path of the model. */
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
  readonly batch: number;
  readonly latencyMs: {
    readonly median: number;
    readonly p95: number;
    readonly mean: number;
    readonly ci95: readonly [number, number];
  };
  /** Samples a second. */
  readonly throughput: number;
  readonly peakRssBytes: number;
  readonly nodes?: readonly NodeTime[];
  /** With `nodes`, of a quantized model: where its time goes, and why it is not faster. */
  readonly notes?: readonly string[];
}

export interface Benchmark {
  readonly runs: readonly BenchmarkRun[];
  /** Of every two models, by their paths as in `runs`: latency of a / latency of b. */
  readonly ratios: readonly {
    readonly a: string;
    readonly b: string;
    readonly latency: { readonly median: number; readonly ci95: readonly [number, number] };
  }[];
  readonly machine: MachineDescription;
  readonly durationMs: number;
}
