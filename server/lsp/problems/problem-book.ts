/** The problems of the open models: found after a model was opened, and again when what they rest on has changed. */

import { setImmediate } from 'node:timers/promises';
import type { ModelProblem } from '../../../protocol/problems.ts';
import { problemsChanged } from '../../../protocol/problems.ts';
import type { ServerContext } from '../context.ts';
import { notify } from '../messages.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import { pathOf } from '../models/store.ts';
import { newestRecipe } from '../recipe/edit/find-recipe.ts';
import { textUri } from '../text/text-views.ts';
import { diagnosticOf } from './diagnostics.ts';
import type { FoundProblem } from './found-problem.ts';
import { runProblems } from './from-runs.ts';
import { externalProblems, ruleProblems, shapeProblems, unreadable, wasteProblems } from './from-structure.ts';
import { targetProblems } from './from-target.ts';
import { withoutDone } from './offered-fixes.ts';
import { rulesOf, rulingLine } from './ruling-line.ts';

/** How long a model that was just opened is left alone, so that its graph is sent and drawn first. */
const patienceMs = 500;

/** More than a person reads; the list of problems is no log. */
const most = 200;

/** What is known of one open model. */
interface Page {
  readonly uri: string;
  /** Asked for by Check Target; otherwise the setting's. */
  target: string | undefined;
  /** Of the file alone, by its version. */
  ofFile: { readonly version: string; readonly problems: readonly FoundProblem[] } | undefined;
  problems: readonly ModelProblem[];
  /** The search that goes on, or the last one; a newer one makes it void. */
  search: Promise<void>;
  turn: number;
  /** Begins a search that waits. */
  begin: () => void;
}

export class ProblemBook {
  private readonly context: ServerContext;
  private readonly pages = new Map<string, Page>();

  constructor(context: ServerContext) {
    this.context = context;
  }

  /** Finds the problems of a model that was just opened, once they are asked for or after a while. */
  opened(uri: string): void {
    const page = this.pageOf(uri);
    const turn = ++page.turn;
    const patience = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      page.begin = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    page.search = patience.then(() => this.search(page, turn));
  }

  /** Finds the problems of an open model anew, soon; a file that cannot be read has one. */
  refresh(uri: string): Promise<void> {
    const page = this.pageOf(uri);
    page.begin();
    const turn = ++page.turn;
    page.search = this.search(page, turn);
    return page.search;
  }

  private pageOf(uri: string): Page {
    const path = pathOf(uri);
    const known = this.pages.get(path);
    if (known) return known;
    const page: Page = {
      uri, target: undefined, ofFile: undefined, problems: [], search: Promise.resolve(), turn: 0,
      begin: () => undefined,
    };
    this.pages.set(path, page);
    return page;
  }

  refreshAll(): void {
    for (const { uri } of this.pages.values()) void this.refresh(uri);
  }

  /** The model is closed: its problems go, unless it could not be read. */
  forget(uri: string): void {
    const page = this.pages.get(pathOf(uri));
    if (!page) return;
    this.pages.delete(pathOf(uri));
    page.turn += 1;
    page.begin();
    void this.context.connection.sendDiagnostics({ uri: page.uri, diagnostics: [] });
  }

  /** The problems of an open model, once they have been found. */
  async of(uri: string): Promise<readonly ModelProblem[]> {
    const path = pathOf(uri);
    if (!this.pages.has(path)) return [];
    this.pages.get(path)?.begin();
    await this.pages.get(path)?.search;
    return this.pages.get(path)?.problems ?? [];
  }

  /** Checks against another target from now on; answers how many problems it has. */
  async check(uri: string, target: string): Promise<number> {
    const { model } = this.context.models.load(uri);
    const count = targetProblems(model, target).length;
    const page = this.pages.get(pathOf(uri));
    if (page) page.target = target;
    await this.refresh(uri);
    return count;
  }

  /** The model whose text view was opened. */
  republish(uri: string): void {
    const page = this.pages.get(pathOf(uri));
    if (page) void this.publish(page, page.turn);
  }

  private async search(page: Page, turn: number): Promise<void> {
    // After the answer to the request that made this necessary.
    await setImmediate();
    if (page.turn !== turn) return;
    const { found, loaded } = await this.find(page)
      .catch((error: unknown) => ({ loaded: undefined, found: [unreadable(error)] }));
    if (page.turn !== turn) return;
    const recipe = await newestRecipe(pathOf(page.uri), this.context.results);
    if (page.turn !== turn) return;
    page.problems = withoutDone(placed(found, loaded), recipe);
    await this.publish(page, turn);
    notify(this.context.connection, problemsChanged, { uri: page.uri });
  }

  private async find(page: Page): Promise<{ loaded: LoadedModel; found: readonly FoundProblem[] }> {
    const { models, results, settings } = this.context;
    const loaded = models.load(page.uri);
    if (page.ofFile?.version !== loaded.version) {
      page.ofFile = { version: loaded.version, problems: await problemsOfFile(loaded) };
    }
    const target = page.target ?? settings.target;
    return {
      loaded,
      found: [
        ...page.ofFile.problems,
        ...runProblems(await results.of(loaded.path)),
        ...this.targetProblems(loaded, target),
      ],
    };
  }

  private targetProblems({ model }: LoadedModel, target: string): FoundProblem[] {
    try {
      return targetProblems(model, target);
    } catch (error) {
      // A setting with a word that is no target must not hide the other problems.
      this.context.log.warn(String(error));
      return targetProblems(model, '');
    }
  }

  /** To the model's own uri, and to its text view while that is open. */
  private async publish(page: Page, turn: number): Promise<void> {
    const { connection, documents, results } = this.context;
    const recipe = await newestRecipe(pathOf(page.uri), results);
    if (page.turn !== turn) return;
    const rules = recipe === undefined ? [] : rulesOf(recipe);
    const ruling = (layer: string): ReturnType<typeof rulingLine> => rulingLine(rules, layer);
    const diagnostics = page.problems.map((problem) => diagnosticOf(problem, () => 0, ruling));
    void connection.sendDiagnostics({ uri: page.uri, diagnostics });
    const text = documents.get(textUri(page.uri));
    if (!text) return;
    const lengthOf = (line: number): number =>
      text.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } }).trimEnd().length;
    void connection.sendDiagnostics({
      uri: text.uri,
      diagnostics: page.problems.map((problem) => diagnosticOf(problem, lengthOf, ruling)),
    });
  }
}

/** In pieces, so that the server answers in between. */
async function problemsOfFile(loaded: LoadedModel): Promise<FoundProblem[]> {
  const { model } = loaded;
  const steps = [
    () => externalProblems(model),
    () => ruleProblems(model),
    () => shapeProblems(loaded.types),
    () => wasteProblems(model),
  ];
  const found: FoundProblem[] = [];
  for (const step of steps) {
    found.push(...step());
    await setImmediate();
  }
  return found;
}

/** With lines, the worst first, and not too many. */
function placed(found: readonly FoundProblem[], loaded: LoadedModel | undefined): ModelProblem[] {
  const weight = { error: 0, warning: 1, info: 2 } as const;
  const sorted = [...found].sort((a, b) => weight[a.severity] - weight[b.severity]).slice(0, most);
  if (sorted.every(({ node }) => node === undefined)) {
    return sorted.map((problem) => ({ ...problem, fixes: problem.fixes ?? [], line: 0 }));
  }
  const lines = loaded ? linesByName(loaded) : new Map<string, number>();
  return sorted.map(({ node, ...problem }) => {
    const line = node === undefined ? 0 : lines.get(node);
    // Nodes that the graph does not show, such as constants, are problems of the whole model.
    const isShown = node !== undefined && line !== undefined;
    return { ...problem, ...(isShown && { node }), fixes: problem.fixes ?? [], line: line ?? 0 };
  });
}

function linesByName({ structure }: LoadedModel): Map<string, number> {
  return new Map(structure.names.map((name, i) => [name, structure.line[i]!]));
}
