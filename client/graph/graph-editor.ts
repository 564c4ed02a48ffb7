import {
  commands, TabInputCustom, window, workspace, type CustomDocument, type CustomReadonlyEditorProvider, type Uri,
  type WebviewPanel,
} from 'vscode';
import { fileName } from '../models/page-model.ts';
import type { Models } from '../models/models.ts';
import { pageHandlers, type PageServices } from '../pages/page-handlers.ts';
import type { Log } from '../support/log.ts';
import { GraphPage } from './graph-page.ts';
import type { OpenGraphs } from './open-graphs.ts';
import { nodeOfFragment } from './problem-link.ts';
import type { Disposable } from '../support/disposable.ts';

export const graphViewType = 'lathe.graph';

/** A click opens a preview and leaves the focus in the Problems panel; Enter and a double click mean to go there. */
function wasOnlyLookedAt(uri: Uri): boolean {
  const opened = window.tabGroups.all.flatMap(({ tabs }) => tabs)
    .find(({ input }) => input instanceof TabInputCustom && input.uri.toString() === uri.toString());
  const previews = workspace.getConfiguration('workbench.editor').get<boolean>('enablePreview');
  return previews === false || opened?.isPreview !== false;
}

export interface OpenOptions {
  /** Leaves the focus where it is. */
  readonly preserveFocus?: boolean;
  /** The heat map to show with the node. */
  readonly overlay?: string;
}

/** The layer graph of a model, in as many editors as the user opens. */
export class GraphEditors implements CustomReadonlyEditorProvider, Disposable {
  private readonly extension: Uri;
  private readonly models: Models;
  private readonly graphs: OpenGraphs;
  private readonly services: PageServices;
  private readonly log: Log;
  private readonly registration: Disposable;
  /** Nodes to select in editors that are not there yet, by the uri of their model. */
  private readonly reveals = new Map<string, { readonly node: string; readonly overlay: string | undefined }>();

  constructor(extension: Uri, models: Models, graphs: OpenGraphs, services: PageServices, log: Log) {
    this.extension = extension;
    this.models = models;
    this.graphs = graphs;
    this.services = services;
    this.log = log;
    this.registration = window.registerCustomEditorProvider(graphViewType, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): Promise<void> {
    if (uri.fragment === '') this.resolve(uri, panel);
    else await this.redirect(uri, panel);
  }

  /** Shows a model's graph, in the editor that has it or in a new one, and selects a node. */
  async open(model: Uri, node?: string, { preserveFocus = false, overlay }: OpenOptions = {}): Promise<void> {
    const page = this.graphs.of(model);
    if (page) {
      page.panel.reveal(undefined, preserveFocus);
      if (node !== undefined) page.reveal(node, overlay);
      return;
    }
    if (node !== undefined) this.reveals.set(model.toString(), { node, overlay });
    // Not as a preview: the next problem that is clicked would take its place.
    await commands.executeCommand('vscode.openWith', model, graphViewType, { preserveFocus, preview: false });
  }

  dispose(): void {
    this.registration.dispose();
  }

  private resolve(uri: Uri, panel: WebviewPanel): void {
    const lease = this.models.acquire(uri);
    const page = new GraphPage(panel, lease.session, pageHandlers(this.services, uri), this.log);
    const registration = this.graphs.add(page);
    panel.onDidDispose(() => {
      registration.dispose();
      page.dispose();
      lease.dispose();
    });
    const wanted = this.reveals.get(uri.toString());
    this.reveals.delete(uri.toString());
    if (wanted) page.reveal(wanted.node, wanted.overlay);
    page.show(this.extension, fileName(uri.path));
  }

  /**
   * A problem was clicked: VS Code opened its uri, the model's with a fragment (see problem-link.ts). The model's own
   * graph comes to the front in its place.
   */
  private async redirect(uri: Uri, panel: WebviewPanel): Promise<void> {
    const model = uri.with({ fragment: '' });
    await this.open(model, nodeOfFragment(uri.fragment), { preserveFocus: wasOnlyLookedAt(uri) });
    panel.dispose();
  }
}
