import { Uri, window, workspace } from 'vscode';
import type { Disposable } from './disposable.ts';

const scheme = 'lathe-view';

/**
 * Texts that are made for looking at: a log, an estimate. An untitled document would ask to be saved when it is closed.
 */
export class ReadOnlyTexts implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registrations: readonly Disposable[];
  private last = 0;

  constructor() {
    this.registrations = [
      workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? '',
      }),
      workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    ];
  }

  /** Holds a text for a uri that ends with `name`, whose ending says what language it is in. */
  add(name: string, text: string): Uri {
    // A number of its own for each, so that a document which is open is never another text than it shows.
    this.last += 1;
    const uri = Uri.from({ scheme, path: `/${this.last}/${name}` });
    this.texts.set(uri.toString(), text);
    return uri;
  }

  async show(name: string, text: string): Promise<void> {
    await window.showTextDocument(await workspace.openTextDocument(this.add(name, text)));
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }
}
