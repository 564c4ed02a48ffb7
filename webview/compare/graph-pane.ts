/** One of the two graphs. */

import type { GraphPageEvent, PageModel } from '../../protocol/page.ts';
import { handleCanvasKey } from '../graph/page/keys.ts';
import { Session } from '../graph/session/session.ts';
import { GraphCanvas } from '../graph/view/graph-canvas.ts';
import { metrics, type Measure } from '../graph/view/labels.ts';
import { LayoutClient } from '../graph/view/layout-client.ts';
import { paletteOf } from '../graph/view/palette.ts';
import { element } from '../ui/dom.ts';
import type { PageLink } from '../ui/page.ts';
import { currentTheme, type Theme } from '../ui/theme.ts';
import { StatusComposer } from './status-composer.ts';

export class GraphPane {
  readonly element: HTMLElement;
  readonly session: Session;
  readonly composer: StatusComposer;
  readonly #canvas: GraphCanvas;
  readonly #title = element('h2', { class: 'pane-title' });

  constructor(link: PageLink<GraphPageEvent>, workerUrl: string, which: string) {
    this.session = new Session(link, new LayoutClient(workerUrl), textMeasure());
    this.composer = new StatusComposer(this.session, currentTheme());
    this.#canvas = new GraphCanvas(this.session, this.composer);
    const { canvas } = this.#canvas.surface;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', `Graph of the ${which} model. Arrow keys walk along it, Enter opens a group.`);
    canvas.addEventListener('keydown', (event) => {
      if (handleCanvasKey(this.session, event)) event.preventDefault();
    });
    this.element = element('section', { class: 'pane' }, this.#title, element('div', { class: 'pane-canvas' }, canvas));
  }

  /** @param expanded paths of the groups to show open; as many as fit without it */
  async open(model: PageModel, expanded?: readonly string[]): Promise<void> {
    this.#title.textContent = model.fileName;
    this.#title.title = decodeURIComponent(model.uri);
    await this.session.open(model, expanded);
    const { canvas } = this.#canvas.surface;
    this.session.camera.screen = { width: canvas.clientWidth, height: canvas.clientHeight };
  }

  setTheme(theme: Theme): void {
    this.composer.theme = theme;
    this.session.camera.still = theme.reducedMotion;
    this.#canvas.surface.drawNow();
  }

  draw(): void {
    this.#canvas.surface.requestDraw();
  }
}

/** Measures as the canvas will draw. */
function textMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const { fontFamily } = paletteOf(currentTheme());
  return (text, bold) => {
    if (!context) return text.length * 7;
    context.font = bold ? `600 ${metrics.titleFont}px ${fontFamily}` : `${metrics.detailFont}px ${fontFamily}`;
    return context.measureText(text).width;
  };
}
