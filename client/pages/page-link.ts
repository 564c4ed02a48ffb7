import { randomUUID } from 'node:crypto';
import { EventEmitter, Uri, type WebviewPanel } from 'vscode';
import type { FromPage, PageEvent, PageMethod, PageRequests, ToPage } from '../../protocol/page.ts';
import { failureOf, FailureError } from '../server/failure-error.ts';
import type { Log } from '../support/log.ts';
import { pageHtml } from './html.ts';
import type { Disposable } from '../support/disposable.ts';

export type PageName = 'graph' | 'result' | 'compare';

/** How the requests of pages are answered. A method that is not here is refused. */
export type PageHandlers = {
  readonly [Method in PageMethod]: (params: PageRequests[Method]['params']) => Promise<PageRequests[Method]['result']>;
};

/**
 * The host's end of the link to one page. A page that is hidden is thrown away and made anew when it is shown again:
 * whoever owns the link sends everything again on `onReady`. What `tell` is given while nobody listens waits.
 */
export class PageLink<Event extends PageEvent> implements Disposable {
  readonly onReady;
  readonly onDidSelect;
  readonly panel: WebviewPanel;
  private readonly log: Log;
  private readonly handlers: PageHandlers;
  private readonly ready = new EventEmitter<void>();
  private readonly selected = new EventEmitter<string | null>();
  private readonly registrations: Disposable[];
  private listening = false;
  private waiting: Event[] = [];

  constructor(panel: WebviewPanel, handlers: PageHandlers, log: Log) {
    this.panel = panel;
    this.handlers = handlers;
    this.log = log;
    this.onReady = this.ready.event;
    this.onDidSelect = this.selected.event;
    this.registrations = [
      panel.webview.onDidReceiveMessage((message: FromPage) => this.receive(message)),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.listening = false;
      }),
    ];
  }

  /** Loads the page's program. Call when everything listens. */
  show(extension: Uri, page: PageName, title: string): void {
    const { webview } = this.panel;
    const folder = Uri.joinPath(extension, 'dist', 'webview');
    const inPage = (name: string): string => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    webview.html = pageHtml({
      title,
      script: inPage(`${page}.js`),
      styles: [inPage(`${page}.css`)],
      cspSource: webview.cspSource,
      nonce: randomUUID(),
    });
  }

  /** State: what the page shows. Lost while the page is hidden; the owner sends it again. */
  send(event: Event): void {
    if (this.listening) this.post({ kind: 'event', event });
  }

  /** Something that happens once, such as a reveal: waits for the page. */
  tell(event: Event): void {
    if (this.listening) this.post({ kind: 'event', event });
    else this.waiting.push(event);
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    this.ready.dispose();
    this.selected.dispose();
  }

  private receive(message: FromPage): void {
    switch (message.kind) {
      case 'ready':
        this.listening = true;
        this.ready.fire();
        for (const event of this.waiting.splice(0)) this.post({ kind: 'event', event });
        break;
      case 'request':
        void this.answer(message.id, message.method, message.params);
        break;
      case 'selected':
        this.selected.fire(message.node);
        break;
      case 'log':
        if (message.level === 'error') this.log.error(`Page: ${message.message}`);
        else this.log.info(`Page: ${message.message}`);
        break;
    }
  }

  private async answer(id: number, method: PageMethod, params: unknown): Promise<void> {
    try {
      // A page is not trusted with anything but these methods.
      if (!Object.hasOwn(this.handlers, method)) {
        throw new FailureError({ code: 'INTERNAL', message: `A page asked for ${method}, which pages cannot.` });
      }
      const handler = this.handlers[method] as (params: unknown) => Promise<unknown>;
      this.post({ kind: 'response', id, result: await handler(params) });
    } catch (error) {
      this.post({ kind: 'failure', id, failure: failureOf(error) });
    }
  }

  private post(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }
}
