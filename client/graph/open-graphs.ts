import { commands, type Uri } from 'vscode';
import type { GraphPage } from './graph-page.ts';
import type { Disposable } from '../support/disposable.ts';

/** The graph editors that are open, and which one was looked at last: commands ask here instead of searching. */
export class OpenGraphs {
  private readonly pages = new Set<GraphPage>();
  private last: GraphPage | undefined;

  /** The graph that has the focus or had it last. */
  get active(): GraphPage | undefined {
    return this.last;
  }

  add(page: GraphPage): Disposable {
    this.pages.add(page);
    if (page.panel.active) this.last = page;
    this.tellContext();
    const registration = page.panel.onDidChangeViewState(() => {
      if (page.panel.active) this.last = page;
    });
    return {
      dispose: () => {
        registration.dispose();
        this.pages.delete(page);
        if (this.last === page) this.last = [...this.pages].find(({ panel }) => panel.active);
        this.tellContext();
      },
    };
  }

  /** A graph of this model, the visible and latest first; `except` is not meant. */
  of(model: Uri, except?: GraphPage): GraphPage | undefined {
    const key = model.toString();
    const pages = [...this.pages].filter((page) => page !== except && page.model.toString() === key).reverse();
    return pages.find((page) => page === this.last) ?? pages.find(({ panel }) => panel.visible) ?? pages[0];
  }

  private tellContext(): void {
    void commands.executeCommand('setContext', 'lathe.graphOpen', this.pages.size > 0);
  }
}
