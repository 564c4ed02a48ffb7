/** The models that are open in the editor, and those that were looked at last: each file is read once. */

import { statSync } from 'node:fs';
import { Emitter, type Event } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import { LatheError, messageOf } from '../../engine/errors.ts';
import { LoadedModel } from './loaded-model.ts';

interface Entry {
  readonly uri: string;
  /** How many editors show it; 0 for one that is only remembered. */
  count: number;
  loaded: LoadedModel | undefined;
}

/** Models that no editor shows but a recipe names: kept, so that completion need not read them again. */
const remembered = 4;

/** By the path of the file, so that two spellings of a uri are one model. */
export class ModelStore {
  /** Uri of an open model whose file changed. */
  readonly onChanged: Event<string>;
  /** Uri of a model that the client opened, for the first time or again, whether it can be read or not. */
  readonly onOpened: Event<string>;
  /** Uri of a model that nobody shows any more. */
  readonly onClosed: Event<string>;
  private readonly changed = new Emitter<string>();
  private readonly opened = new Emitter<string>();
  private readonly closed = new Emitter<string>();
  private readonly entries = new Map<string, Entry>();

  constructor() {
    this.onChanged = this.changed.event;
    this.onOpened = this.opened.event;
    this.onClosed = this.closed.event;
  }

  get openCount(): number {
    return this.openUris.length;
  }

  /** Of the models that editors show, as the client names them. */
  get openUris(): readonly string[] {
    return [...this.entries.values()].filter(({ count }) => count > 0).map(({ uri }) => uri);
  }

  /**
   * Keeps the model until `close`, once for each call, also where reading fails: the file may be mended.
   *
   * @throws LatheError what `load` throws
   */
  open(uri: string): LoadedModel {
    const path = pathOf(uri);
    const entry = this.entries.get(path) ?? { uri, count: 0, loaded: undefined };
    // Under the client's own spelling of the uri from now on.
    this.entries.set(path, entry.count === 0 ? { ...entry, uri } : entry);
    this.entries.get(path)!.count += 1;
    this.opened.fire(uri);
    return this.load(uri);
  }

  close(uri: string): void {
    const path = pathOf(uri);
    const entry = this.entries.get(path);
    if (!entry || entry.count === 0) return;
    entry.count -= 1;
    if (entry.count > 0) return;
    this.entries.delete(path);
    this.closed.fire(entry.uri);
  }

  isOpen(uri: string): boolean {
    return (this.entries.get(pathOf(uri))?.count ?? 0) > 0;
  }

  /**
   * The model as its file is now, whether it is open or not.
   *
   * @param place uri or absolute path
   * @throws LatheError `FILE`, `MODEL_FORMAT`
   */
  load(place: string): LoadedModel {
    const path = pathOf(place);
    const version = versionOf(path);
    const entry = this.entries.get(path) ?? { uri: uriOf(place), count: 0, loaded: undefined };
    if (entry.loaded?.version !== version) entry.loaded = new LoadedModel(entry.uri, path, version);
    // The last used one is the last to be forgotten.
    this.entries.delete(path);
    this.entries.set(path, entry);
    this.forget();
    return entry.loaded;
  }

  /** To be called with the uris of files that changed: what is open is read again when next asked for. */
  filesChanged(uris: readonly string[]): void {
    for (const uri of uris) {
      const entry = this.entries.get(pathOf(uri));
      if (!entry) continue;
      entry.loaded = undefined;
      if (entry.count > 0) this.changed.fire(entry.uri);
    }
  }

  private forget(): void {
    const idle = [...this.entries].filter(([, { count }]) => count === 0);
    for (const [path] of idle.slice(0, -remembered)) this.entries.delete(path);
  }
}

/** The path of the file that a uri (or already a path) names. */
export function pathOf(place: string): string {
  return place.startsWith('file:') ? URI.parse(place).fsPath : place;
}

export function uriOf(place: string): string {
  return place.startsWith('file:') ? place : URI.file(place).toString();
}

function versionOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}-${size}-${ino}`;
  } catch (error) {
    throw new LatheError('FILE', `The model ${path} cannot be read.`, {
      detail: messageOf(error),
      fix: 'Check the path and the permissions.',
      at: { file: path },
      cause: error,
    });
  }
}
