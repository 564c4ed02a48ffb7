/** Between the extension host and a page (webview). Pages ask by request; the host tells by event. */

import type { Failure } from './failure.ts';
import type { ColumnTable } from './graph/columns.ts';
import type { Overlay } from './graph/overlay.ts';
import type { GraphNames, PackedFigures } from './graph/structure.ts';
import type {
  CompareTensorsParams, ModelFacts, NodeDetails, StructureComparison, TensorError, TensorStatistics,
} from './model.ts';
import type { ModelProblem, RecipeEdit } from './problems.ts';
import type { AnalysisResult } from './results/analysis.ts';
import type { Benchmark } from './results/benchmark.ts';
import type { Comparison } from './results/comparison.ts';
import type { RunResult } from './results/run.ts';
import type { RunRecord } from './runs.ts';

/** A model's structure as a page receives it. */
export interface PageModel {
  readonly uri: string;
  readonly fileName: string;
  readonly version: string;
  readonly facts: ModelFacts;
  readonly names: GraphNames;
  readonly table: ColumnTable;
  readonly columns: ArrayBuffer;
  /** `false` where the figures come by themselves. */
  readonly complete: boolean;
  /** Those, once they are there. */
  readonly figures?: PageFigures;
}

/** The figures of a model that was sent without them. */
export interface PageFigures extends PackedFigures {
  readonly version: string;
  readonly facts: ModelFacts;
  readonly columns: ArrayBuffer;
}

/** What a page can ask the host. */
export interface PageRequests {
  readonly nodeDetails: { params: { readonly uri: string; readonly node: number }; result: NodeDetails };
  readonly tensorStatistics: {
    params: { readonly uri: string; readonly node: number; readonly tensor: string };
    result: TensorStatistics;
  };
  readonly compareTensors: { params: CompareTensorsParams; result: TensorError | { readonly reason: string } };
  /** Edits the model's recipe and shows it. */
  readonly applyFix: { params: { readonly uri: string; readonly edit: RecipeEdit }; result: null };
  /** Asks where to, and writes; `false` when the user changed their mind. */
  readonly save: {
    params: { readonly suggestedName: string; readonly title: string; readonly bytes: Uint8Array };
    result: boolean;
  };
  /** Asks for a file and gives its text; null when the user changed their mind. */
  readonly openFile: {
    params: { readonly title: string; readonly extensions: readonly string[] };
    result: { readonly name: string; readonly text: string } | null;
  };
  /** Runs one of the extension's own commands on the page's model: 'lathe.compress', 'lathe.openText', …. */
  readonly command: {
    params: { readonly command: string; readonly arguments: readonly unknown[] };
    result: null;
  };
  /** The documentation page of a problem code. */
  readonly openDocumentation: { params: { readonly code: string }; result: null };
  /** Opens a model's graph at a node, coloured by the overlay of that id where one is named. */
  readonly revealNode: {
    params: { readonly path: string; readonly node: string; readonly overlay?: string };
    result: null;
  };
}

export type PageMethod = keyof PageRequests;

/** What the host tells the graph page. */
export type GraphPageEvent =
  | { readonly type: 'model'; readonly model: PageModel }
  /** Of the model that was sent last. */
  | { readonly type: 'figures'; readonly figures: PageFigures }
  /** The file cannot be read; the page says so and how to mend it. */
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'overlays'; readonly overlays: readonly Overlay[] }
  | { readonly type: 'problems'; readonly problems: readonly ModelProblem[] }
  /** Selects a node by name and brings it into view. */
  | { readonly type: 'reveal'; readonly node: string; readonly overlay?: string }
  /** From the command palette, the editor's title or a key. */
  | { readonly type: 'action'; readonly action: GraphAction };

export type GraphAction =
  | 'search' | 'fit' | 'expandAll' | 'collapseAll' | 'nextWorst' | 'previousWorst' | 'exportSvg' | 'exportPng'
  | 'importOverlay' | 'exportOverlay' | 'toggleFolded' | 'traceInputs' | 'traceOutputs' | 'help';

/** What the host tells the compare page. */
export type ComparePageEvent =
  | {
    readonly type: 'models';
    readonly a: PageModel;
    readonly b: PageModel;
    readonly structure: StructureComparison;
  }
  | { readonly type: 'comparison'; readonly record: RunRecord; readonly comparison: Comparison | null }
  | { readonly type: 'failed'; readonly failure: Failure };

/** What the host tells a page that shows the result of one run. */
export type ResultPageEvent =
  | { readonly type: 'run'; readonly record: RunRecord; readonly result: RunResult }
  | { readonly type: 'benchmark'; readonly record: RunRecord; readonly result: Benchmark }
  | { readonly type: 'analysis'; readonly record: RunRecord; readonly result: AnalysisResult }
  | { readonly type: 'progress'; readonly record: RunRecord }
  | { readonly type: 'failed'; readonly failure: Failure };

export type PageEvent = GraphPageEvent | ComparePageEvent | ResultPageEvent;

export type ToPage =
  | { readonly kind: 'response'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'event'; readonly event: PageEvent };

export type FromPage =
  /** The page listens now: events sent before are lost. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'request'; readonly id: number; readonly method: PageMethod; readonly params: unknown }
  /** The node that is selected now, by name, for commands from outside. */
  | { readonly kind: 'selected'; readonly node: string | null }
  /** Something in the page went wrong: for the log. */
  | { readonly kind: 'log'; readonly level: 'info' | 'error'; readonly message: string };
