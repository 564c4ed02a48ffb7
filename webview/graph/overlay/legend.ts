/** The colours of the overlay and the limits between them, which can be dragged and typed. */

import { link } from '../../ui/controls.ts';
import { element, fill } from '../../ui/dom.ts';
import { plural, significant } from '../../ui/format.ts';
import type { Composer } from '../session/composer.ts';
import type { Session } from '../session/session.ts';
import { cssColor } from '../view/color.ts';
import { figureText } from './figure-text.ts';
import { heatScale } from './heat-colors.ts';
import { moveThreshold } from './thresholds.ts';

const ofGroups = {
  sum: 'A group shows their sum in the colour of the worst.', max: 'A group shows the largest.',
  min: 'A group shows the smallest.', mean: 'A group shows their mean.',
} as const;

export class Legend {
  readonly element = element('div', {
    'class': 'legend', 'role': 'group', 'aria-label': 'Legend of the overlay', 'hidden': true,
  });
  readonly #session: Session;
  readonly #composer: Composer;
  readonly #exported: () => void;

  constructor(session: Session, composer: Composer, exported: () => void) {
    this.#session = session;
    this.#composer = composer;
    this.#exported = exported;
    session.signals.on(['overlay', 'overlays', 'scene'], () => this.show());
  }

  show(): void {
    const { shown, thresholdsMoved } = this.#session.overlays;
    // A limit that is being moved must keep its place in the page.
    const holdsFocus = this.element.contains(document.activeElement);
    this.element.hidden = !shown;
    if (!shown) {
      fill(this.element);
      return;
    }
    const focused = holdsFocus ? document.activeElement?.getAttribute('data-limit') : null;
    const { figures, thresholds, coverage } = shown;
    const colors = heatScale(this.#composer.palette, thresholds.length + 1, figures.bad).map(cssColor);
    const bad = figures.bad === 'none' ? '' : figures.bad === 'high' ? ', high is bad' : ', low is bad';
    fill(this.element,
      element('div', { class: 'legend-title' },
        element('span', {}, element('strong', {}, figures.title), bad),
        thresholdsMoved && link('Reset limits', () => this.#session.setThresholds(null)),
        link('Export…', () => this.#exported())),
      element('div', { class: 'legend-scale' },
        colors.map((color, i) => [
          this.#swatch(color, i, thresholds), i < thresholds.length && this.#limit(i, thresholds),
        ])),
      element('div', { class: 'hint' },
        `${plural(coverage, 'layer')} from ${figures.source}. ${ofGroups[figures.aggregate]}`));
    if (focused != null) this.element.querySelector<HTMLElement>(`[data-limit="${focused}"]`)?.focus();
  }

  #swatch(color: string, i: number, thresholds: readonly number[]): HTMLElement {
    const { shown } = this.#session.overlays;
    const words = (value: number | undefined): string => figureText(value ?? NaN, shown?.figures.unit ?? '');
    const range = thresholds.length === 0 ? 'all figures'
      : i === 0 ? `below ${words(thresholds[0])}`
        : i === thresholds.length ? `${words(thresholds[i - 1])} and above`
          : `${words(thresholds[i - 1])} to ${words(thresholds[i])}`;
    const swatch = element('span', { 'class': 'swatch', 'role': 'img', 'aria-label': range, 'title': range });
    swatch.style.setProperty('--swatch', color);
    return swatch;
  }

  /** A limit stands between two colours: dragged sideways it moves by a share of itself, a click lets it be typed. */
  #limit(i: number, thresholds: readonly number[]): HTMLElement {
    const { shown } = this.#session.overlays;
    const unit = shown?.figures.unit ?? '';
    const value = thresholds[i]!;
    const input = element('input', {
      'class': 'limit', 'type': 'text', 'inputmode': 'decimal', 'value': figureText(value, unit), 'size': 6,
      'data-limit': i, 'aria-label': `Limit ${i + 1} of ${thresholds.length}`,
      'title': 'Type a figure, drag sideways, or use the arrow keys',
    });
    const set = (to: number): void => {
      if (Number.isFinite(to)) this.#session.setThresholds(moveThreshold(thresholds, i, to));
      else this.show();
    };
    const moved = (steps: number): number => (
      value === 0 ? steps * (thresholds.at(-1)! / 100) : value * 1.05 ** steps
    );
    input.addEventListener('focus', () => {
      input.value = significant(value, 6);
      input.select();
    });
    input.addEventListener('blur', () => input.value = figureText(value, unit));
    input.addEventListener('change', () => set(Number(input.value.replace(',', '.'))));
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      set(moved(step));
    });
    input.addEventListener('pointerdown', (event) => {
      const start = event.clientX;
      const move = (event: PointerEvent): void => {
        const steps = Math.round((event.clientX - start) / 4);
        if (steps !== 0) set(moved(steps));
      };
      const end = (): void => {
        window.removeEventListener('pointermove', move);
        window.removeEventListener('pointerup', end);
      };
      window.addEventListener('pointermove', move);
      window.addEventListener('pointerup', end);
    });
    return input;
  }
}
