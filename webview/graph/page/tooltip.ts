/** What the pointer is on, in words, beside it. */

import { element, fill, type Child } from '../../ui/dom.ts';
import type { GraphModel } from '../model/graph-model.ts';
import { figureText } from '../overlay/figure-text.ts';
import type { Composer } from '../session/composer.ts';
import type { Session } from '../session/session.ts';

const delayMs = 250;
const offset = 14;

export class Tooltip {
  readonly element = element('div', { 'class': 'tooltip', 'aria-hidden': 'true', 'hidden': true });
  readonly #session: Session;
  readonly #composer: Composer;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = { x: 0, y: 0 };

  constructor(session: Session, composer: Composer, canvas: HTMLCanvasElement) {
    this.#session = session;
    this.#composer = composer;
    canvas.addEventListener('pointermove', (event) => {
      this.#at = { x: event.offsetX, y: event.offsetY };
      this.#place();
    });
    session.signals.on(['hover'], () => this.#hovered());
    session.signals.on(['view', 'scene'], () => this.#hide());
  }

  #hovered(): void {
    clearTimeout(this.#timer);
    const { hover } = this.#session;
    if (hover.box < 0 && hover.line < 0) this.#hide();
    else this.#timer = setTimeout(() => this.#show(), this.element.hidden ? delayMs : 0);
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  #show(): void {
    const { model, hover } = this.#session;
    const content = model && (hover.box >= 0 ? this.#boxWords(model, hover.box) : this.#lineWords(model, hover.line));
    if (!content) return;
    fill(this.element, content);
    this.element.hidden = false;
    this.#place();
  }

  #place(): void {
    if (this.element.hidden) return;
    const { offsetWidth: width, offsetHeight: height, parentElement: around } = this.element;
    const room = { width: around?.clientWidth ?? 0, height: around?.clientHeight ?? 0 };
    const x = this.#at.x + offset + width > room.width ? this.#at.x - offset - width : this.#at.x + offset;
    const y = this.#at.y + offset + height > room.height ? this.#at.y - offset - height : this.#at.y + offset;
    this.element.style.transform = `translate(${Math.max(0, x)}px, ${Math.max(0, y)}px)`;
  }

  #boxWords(model: GraphModel, box: number): Child | null {
    const { scene, overlays: { shown }, problems } = this.#session;
    if (!scene) return null;
    const [node, group] = [scene.boxes.node[box]!, scene.boxes.group[box]!];
    const figure = this.#composer.figure(box);
    const figureLine = shown && !Number.isNaN(figure)
      && element('div', {}, `${shown.figures.title}: ${figureText(figure, shown.figures.unit)}`);
    if (node < 0) {
      return [element('strong', {}, model.groups.paths[group]),
        element('div', {}, `${model.groups.size[group]!} nodes`), figureLine];
    }
    return [
      element('strong', {}, model.opType(node)), ' ', model.graph.details[node]!,
      element('div', { class: 'code' }, model.graph.names[node]),
      figureLine,
      shown?.figures.notes?.get(node) !== undefined && element('div', {}, shown.figures.notes.get(node)),
      problems.ofNode(node).map(({ code, message }) => element('div', {}, `${code}: ${message}`)),
    ];
  }

  #lineWords({ graph }: GraphModel, line: number): Child | null {
    const lines = this.#session.scene?.lines;
    if (!lines) return null;
    const tensor = lines.tensor[line]!;
    const type = graph.tensorTypes[tensor] ?? '';
    return [
      element('div', { class: 'code' }, graph.tensorNames[tensor]),
      element('strong', { class: 'code' }, type === '' ? 'type not known' : type),
      lines.edges[line]! > 1 && element('div', {}, `stands for ${lines.edges[line]!} edges`),
    ];
  }
}
