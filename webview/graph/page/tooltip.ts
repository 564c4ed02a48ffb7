/** What the pointer is on, in words, beside it. */

import { element, fill, type Child } from '../../ui/dom.ts';
import { plural } from '../../ui/format.ts';
import type { GraphModel } from '../model/graph-model.ts';
import { figureText } from '../overlay/figure-text.ts';
import type { Composer } from '../session/composer.ts';
import type { Hover, Session } from '../session/session.ts';

const delayMs = 250;
const offset = 14;

export class Tooltip {
  readonly element = element('div', { 'class': 'tooltip', 'aria-hidden': 'true', 'hidden': true });
  readonly #session: Session;
  readonly #composer: Composer;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = { x: 0, y: 0 };

  /** `area` is what the pointer moves over; the tooltip lies in it. */
  constructor(session: Session, composer: Composer, area: HTMLElement) {
    this.#session = session;
    this.#composer = composer;
    area.addEventListener('pointermove', (event) => {
      const { left, top } = area.getBoundingClientRect();
      this.#at = { x: event.clientX - left, y: event.clientY - top };
      this.#place();
    });
    session.signals.on(['hover'], () => this.#hovered());
    session.signals.on(['view', 'scene'], () => this.#hide());
  }

  #hovered(): void {
    clearTimeout(this.#timer);
    const { hover } = this.#session;
    if (hover.box < 0 && hover.line < 0 && hover.node < 0) this.#hide();
    else this.#timer = setTimeout(() => this.#show(), this.element.hidden ? delayMs : 0);
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  #show(): void {
    const { model, hover } = this.#session;
    const content = model && this.#words(model, hover);
    if (content == null) return;
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

  #words(model: GraphModel, { box, line, node }: Hover): Child {
    const { scene } = this.#session;
    if (node >= 0) return this.#nodeWords(model, node);
    if (!scene) return null;
    if (box < 0) return this.#lineWords(model, line);
    if (scene.boxes.node[box]! >= 0) return this.#nodeWords(model, scene.boxes.node[box]!);
    const group = scene.boxes.group[box]!;
    return [
      element('strong', {}, model.groups.paths[group]),
      element('div', {}, plural(model.groups.size[group]!, 'node')),
      this.#figureLine(this.#composer.figure(box)),
    ];
  }

  #figureLine(figure: number): Child {
    const { shown } = this.#session.overlays;
    return shown && !Number.isNaN(figure)
      && element('div', {}, `${shown.figures.title}: ${figureText(figure, shown.figures.unit)}`);
  }

  #nodeWords(model: GraphModel, node: number): Child {
    const { overlays: { shown }, problems } = this.#session;
    return [
      element('strong', {}, model.opType(node)), ' ', model.graph.details[node]!,
      element('div', { class: 'code' }, model.graph.names[node]),
      this.#figureLine(shown?.figures.values[node] ?? NaN),
      shown?.figures.notes?.get(node) !== undefined && element('div', {}, shown.figures.notes.get(node)),
      problems.ofNode(node).map(({ code, message }) => element('div', {}, `${code}: ${message}`)),
    ];
  }

  #lineWords({ graph }: GraphModel, line: number): Child {
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
