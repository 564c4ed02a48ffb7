import { EventEmitter, Uri, window, workspace, type TextDocumentContentProvider } from 'vscode';
import { modelText, textScheme } from '../../protocol/model.ts';
import type { ModelSession } from '../models/model-session.ts';
import type { Models } from '../models/models.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Disposable } from '../support/disposable.ts';

export function textUri(model: Uri): Uri {
  return Uri.from({ scheme: textScheme, path: `${model.path}.txt`, query: model.toString() });
}

/** The model that a text view shows. */
export function modelOfText(uri: Uri): Uri {
  return Uri.parse(uri.query, true);
}

/** Models as read-only text in ONNX's syntax. The text follows the file while its document is open. */
export class TextViews implements TextDocumentContentProvider, Disposable {
  readonly onDidChange;
  private readonly link: ServerLink;
  private readonly models: Models;
  private readonly changed = new EventEmitter<Uri>();
  private readonly followed = new Map<string, { session: ModelSession; dispose: () => void }>();
  private readonly registrations: Disposable[];

  constructor(link: ServerLink, models: Models) {
    this.link = link;
    this.models = models;
    this.onDidChange = this.changed.event;
    this.registrations = [
      this.changed,
      workspace.registerTextDocumentContentProvider(textScheme, this),
      workspace.onDidCloseTextDocument(({ uri }) => this.release(uri)),
    ];
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    await this.follow(uri).complete();
    return (await this.link.request(modelText, { uri: modelOfText(uri).toString() })).text;
  }

  /** Opens the text view of a model, with the cursor at a 0-based line where one is given. */
  async open(model: Uri, line?: number): Promise<void> {
    const lease = this.models.acquire(model);
    try {
      // What is wrong with the file comes from here as it is; from a content provider it comes wrapped up.
      await lease.session.complete();
      await this.show(textUri(model), line);
    } finally {
      lease.dispose();
    }
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    for (const { dispose } of this.followed.values()) dispose();
  }

  private async show(uri: Uri, line: number | undefined): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    const at = line === undefined ? undefined : document.lineAt(Math.min(line, document.lineCount - 1)).range;
    await window.showTextDocument(document, { preview: false, ...(at === undefined ? {} : { selection: at }) });
  }

  /** Keeps the model open while its text is; the first text is asked for, later ones are announced. */
  private follow(uri: Uri): ModelSession {
    const known = this.followed.get(uri.toString());
    if (known) return known.session;
    const { session, dispose } = this.models.acquire(modelOfText(uri));
    let first = session.state.kind === 'loading';
    const registration = session.onDidChange((change) => {
      if (change !== 'state') return;
      if (!first) this.changed.fire(uri);
      first = false;
    });
    this.followed.set(uri.toString(), {
      session,
      dispose: () => {
        registration.dispose();
        dispose();
      },
    });
    return session;
  }

  private release(uri: Uri): void {
    this.followed.get(uri.toString())?.dispose();
    this.followed.delete(uri.toString());
  }
}
