/** The panel beside the graph: the model, the selected node or the selected group. Its width can be dragged. */

import { element, fill } from '../../ui/dom.ts';
import type { Session } from '../session/session.ts';
import { groupPanel } from './group-panel.ts';
import { modelPanel } from './model-panel.ts';
import { nodePanel } from './node-panel.ts';

export const panelLimits = { smallest: 220, largest: 720, normal: 320 } as const;
const keyStep = 24;

export class SidePanel {
  readonly element = element('aside', { 'class': 'panel', 'aria-label': 'Details', 'tabindex': '0' });
  readonly splitter = element('div', {
    'class': 'splitter', 'role': 'separator', 'tabindex': '0', 'aria-orientation': 'vertical',
    'aria-label': 'Width of the details', 'aria-valuemin': panelLimits.smallest, 'aria-valuemax': panelLimits.largest,
  });
  readonly #session: Session;
  readonly #changed: () => void;
  #width: number = panelLimits.normal;

  /** `changed` hears when the user changed width or visibility. */
  constructor(session: Session, changed: () => void) {
    this.#session = session;
    this.#changed = changed;
    session.signals.on(['model', 'selection', 'overlays', 'problems'], () => this.#show());
    // Which overlay is shown matters only to the list of layers.
    session.signals.on(['overlay'], () => {
      if (!session.selection) this.#show();
    });
    // A group's panel says whether it stands open.
    session.signals.on(['scene'], () => {
      if (session.selection?.kind === 'group') this.#show();
    });
    this.#watchSplitter();
    this.width = panelLimits.normal;
  }

  get width(): number {
    return this.#width;
  }

  set width(width: number) {
    this.#width = Math.round(Math.min(panelLimits.largest, Math.max(panelLimits.smallest, width)));
    this.element.style.setProperty('--panel-width', `${this.#width}px`);
    this.splitter.setAttribute('aria-valuenow', String(this.#width));
  }

  get visible(): boolean {
    return !this.element.hidden;
  }

  set visible(visible: boolean) {
    this.element.hidden = !visible;
    this.splitter.hidden = !visible;
  }

  #show(): void {
    const { model, selection } = this.#session;
    if (!model) return;
    const content = !selection
      ? modelPanel(this.#session, model)
      : selection.kind === 'node'
        ? nodePanel(this.#session, model, selection.node)
        : groupPanel(this.#session, model, selection.group);
    fill(this.element, content);
    this.element.scrollTop = 0;
  }

  #watchSplitter(): void {
    const { splitter } = this;
    splitter.addEventListener('pointerdown', (event) => {
      splitter.setPointerCapture(event.pointerId);
      const [start, width] = [event.clientX, this.#width];
      const move = (moved: PointerEvent): void => void (this.width = width + start - moved.clientX);
      splitter.addEventListener('pointermove', move);
      splitter.addEventListener('lostpointercapture', () => {
        splitter.removeEventListener('pointermove', move);
        this.#changed();
      }, { once: true });
    });
    splitter.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: keyStep, ArrowRight: -keyStep }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.width += step;
      this.#changed();
    });
    splitter.addEventListener('dblclick', () => {
      this.width = panelLimits.normal;
      this.#changed();
    });
  }
}
