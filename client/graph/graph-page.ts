import type { Uri, WebviewPanel } from 'vscode';
import type { GraphAction, GraphPageEvent } from '../../protocol/page.ts';
import type { ModelChange, ModelSession } from '../models/model-session.ts';
import type { PageHandlers } from '../pages/page-link.ts';
import { PageLink } from '../pages/page-link.ts';
import type { Log } from '../support/log.ts';
import type { Disposable } from '../support/disposable.ts';

/** One graph editor: shows a session's model, heat maps and problems, now and whenever they change. */
export class GraphPage implements Disposable {
  readonly panel: WebviewPanel;
  private readonly session: ModelSession;
  private readonly link: PageLink<GraphPageEvent>;
  private readonly registrations: Disposable[];
  private node: string | null = null;
  private wanted: GraphPageEvent & { readonly type: 'reveal' } | undefined;

  constructor(panel: WebviewPanel, session: ModelSession, handlers: PageHandlers, log: Log) {
    this.panel = panel;
    this.session = session;
    this.link = new PageLink<GraphPageEvent>(panel, handlers, log);
    this.registrations = [
      this.link,
      this.link.onReady(() => {
        this.send('state');
        this.send('overlays');
        this.send('problems');
        this.sendReveal();
      }),
      this.link.onDidSelect((node) => {
        this.node = node;
        this.wanted = undefined;
      }),
      session.onDidChange((change) => {
        this.send(change);
        if (change === 'state') this.sendReveal();
      }),
    ];
  }

  get model(): Uri {
    return this.session.uri;
  }

  /** Name of the node that is selected in the page. */
  get selected(): string | null {
    return this.node;
  }

  show(extension: Uri, title: string): void {
    this.link.show(extension, 'graph', title);
  }

  /** Selects a node and brings it into view, with the heat map `overlay` where one is named. */
  reveal(node: string, overlay?: string): void {
    this.wanted = { type: 'reveal', node, ...(overlay === undefined ? {} : { overlay }) };
    this.sendReveal();
  }

  act(action: GraphAction): void {
    this.link.tell({ type: 'action', action });
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }

  /**
   * A node can be selected in a page that has its model, not before. It is wanted until the page says what it selected:
   * a page that another editor just covered is thrown away, which VS Code tells only later, and starts again.
   */
  private sendReveal(): void {
    if (this.wanted && this.session.state.kind === 'loaded') this.link.send(this.wanted);
  }

  private send(what: ModelChange): void {
    const { state, overlays, problems } = this.session;
    if (what === 'overlays') this.link.send({ type: 'overlays', overlays });
    else if (what === 'problems') this.link.send({ type: 'problems', problems });
    else if (state.kind === 'loaded') {
      const { model } = state;
      if (what !== 'figures') this.link.send({ type: 'model', model });
      else if (model.figures) this.link.send({ type: 'figures', figures: model.figures });
    } else if (state.kind === 'failed') this.link.send({ type: 'failed', failure: state.failure });
  }
}
