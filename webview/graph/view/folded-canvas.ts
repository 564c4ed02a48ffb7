/** Draws the folded view: the heat map of a whole model in one picture. A click goes to the layer. */

import { figureText } from '../overlay/figure-text.ts';
import { bucketOf } from '../overlay/thresholds.ts';
import { opCategoryNames } from '../model/categories.ts';
import type { GraphModel } from '../model/graph-model.ts';
import type { Composer } from '../session/composer.ts';
import { legendHeight, noHover, type Session } from '../session/session.ts';
import { buckets } from './buckets.ts';
import { cellAt, foldedLayout, foldedMargin, type FoldedLayout } from './folded-layout.ts';
import { cssColor, textOn } from './color.ts';
import { heatScale } from '../overlay/heat-colors.ts';
import type { Palette } from './palette.ts';
import { Surface } from './surface.ts';
import type { Size } from './viewport.ts';

const groupBar = 3;

export class FoldedCanvas {
  readonly surface: Surface;
  readonly #session: Session;
  readonly #composer: Composer;
  /** The operators, in the order in which they run. */
  #nodes = new Int32Array(0);
  /** By operator: the outermost group around it, -1 for none. */
  #outermost = new Int32Array(0);
  #layout: FoldedLayout = foldedLayout(1, { width: 1, height: 1 });

  constructor(session: Session, composer: Composer) {
    this.#session = session;
    this.#composer = composer;
    this.surface = new Surface((context, size, ratio) => this.#draw(context, size, ratio), () => undefined);
    const { canvas } = this.surface;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', 'The whole model in strips. Arrow keys go from layer to layer, Enter shows it.');
    session.signals.on(['model'], () => {
      this.#nodes = operatorsOf(session.model);
      this.#outermost = this.#nodes.map((node) => outermostGroup(session.model!, node));
      this.surface.requestDraw();
    });
    session.signals.on(['selection', 'overlay', 'overlays', 'problems', 'search', 'trace', 'hover'], () => {
      if (session.folded) this.surface.requestDraw();
    });
    canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => this.#hover(this.#nodeAt(offsetX, offsetY)));
    canvas.addEventListener('pointerleave', () => this.#hover(-1));
    canvas.addEventListener('click', ({ offsetX, offsetY }) => {
      const node = this.#nodeAt(offsetX, offsetY);
      if (node >= 0) void session.reveal(node);
    });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Draws at once, for whoever measures it. */
  drawNow(): void {
    this.surface.drawNow();
  }

  #nodeAt(x: number, y: number): number {
    const cell = cellAt(this.#layout, this.#nodes.length, x, y);
    return cell < 0 ? -1 : this.#nodes[cell]!;
  }

  #hover(node: number): void {
    this.#session.setHover({ ...noHover, node });
    this.surface.canvas.classList.toggle('on-box', node >= 0);
  }

  #key(event: KeyboardEvent): void {
    const { selection } = this.#session;
    const node = selection?.kind === 'node' ? selection.node : -1;
    const at = cellOf(this.#nodes, node);
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: this.#layout.rows, ArrowLeft: -this.#layout.rows }[event.key];
    if (step !== undefined) {
      const next = Math.min(this.#nodes.length - 1, Math.max(0, at < 0 ? 0 : at + step));
      this.#session.select({ kind: 'node', node: this.#nodes[next]! });
    } else if (event.key === 'Enter' && node >= 0) {
      void this.#session.reveal(node);
    } else if (event.key === 'Escape') {
      this.#session.setFolded(false);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #draw(context: CanvasRenderingContext2D, size: Size, ratio: number): void {
    const { model } = this.#session;
    const { palette } = this.#composer;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = palette.background;
    context.fillRect(0, 0, size.width, size.height);
    if (!model || this.#nodes.length === 0) return;
    // The legend lies over the lower edge.
    const covered = this.#session.overlays.shown ? legendHeight : 0;
    this.#layout = foldedLayout(this.#nodes.length, { width: size.width, height: size.height - covered });
    this.#drawGroups(context, palette);
    this.#drawCells(context, model, palette);
    this.#drawMarks(context, palette);
  }

  #place(cell: number): { x: number; y: number } {
    const { rows, columnWidth, cellHeight } = this.#layout;
    return {
      x: foldedMargin + Math.floor(cell / rows) * columnWidth,
      y: foldedMargin + (cell % rows) * cellHeight,
    };
  }

  #drawCells(context: CanvasRenderingContext2D, model: GraphModel, palette: Palette): void {
    const { shown } = this.#session.overlays;
    const { rows, columnWidth, cellHeight, stripWidth, labelled } = this.#layout;
    const count = shown ? shown.thresholds.length + 1 : 0;
    const heat = shown ? heatScale(palette, count, shown.figures.bad) : [];
    const colors = shown
      ? [palette.box, ...heat.map(cssColor)]
      : opCategoryNames.map((name) => palette.softCategories[name]);
    const number = new Uint8Array(this.#nodes.length);
    const cells = new Int32Array(this.#nodes.length);
    for (let cell = 0; cell < cells.length; cell++) {
      const node = this.#nodes[cell]!;
      number[cell] = shown ? bucketOf(shown.figures.values[node]!, shown.thresholds) + 1 : model.categoryIndex[node]!;
      cells[cell] = cell;
    }
    const gap = cellHeight >= 6 ? 1 : 0;
    const bar = stripWidth > 4 * groupBar ? groupBar : 0;
    buckets.forEach(cells, number, colors.length, (color, members) => {
      context.fillStyle = colors[color]!;
      for (let i = 0; i < members.length;) {
        const first = members[i]!;
        const column = Math.floor(first / rows);
        // Neighbours of one colour are one rectangle, where no gap is between them.
        let cells = 1;
        while (gap === 0 && members[i + cells] === first + cells && first + cells < (column + 1) * rows) cells++;
        const y = foldedMargin + (first - column * rows) * cellHeight;
        context.fillRect(foldedMargin + column * columnWidth + bar, y, stripWidth - bar, cells * cellHeight - gap);
        i += cells;
      }
    });
    if (!labelled) return;
    context.font = `11px ${palette.fontFamily}`;
    context.textBaseline = 'middle';
    for (let cell = 0; cell < cells.length; cell++) {
      const node = this.#nodes[cell]!;
      const { x, y } = this.#place(cell);
      const bucket = number[cell]!;
      const value = shown?.figures.values[node] ?? NaN;
      context.fillStyle = shown && bucket > 0 ? textOn(heat[bucket - 1]!) : palette.foreground;
      context.textAlign = 'left';
      context.fillText(model.opType(node), x + bar + 6, y + cellHeight / 2, stripWidth * 0.6);
      if (Number.isNaN(value) || !shown) continue;
      context.textAlign = 'right';
      context.fillText(figureText(value, shown.figures.unit), x + stripWidth - 4, y + cellHeight / 2, stripWidth * 0.4);
    }
  }

  /** A bar at the left of the cells changes its tone from one outermost group to the next. */
  #drawGroups(context: CanvasRenderingContext2D, palette: Palette): void {
    const { rows, cellHeight, stripWidth } = this.#layout;
    if (stripWidth <= 4 * groupBar) return;
    let odd = false;
    for (let cell = 0; cell < this.#nodes.length;) {
      const group = this.#outermost[cell]!;
      const first = cell;
      const end = Math.min(this.#nodes.length, (Math.floor(cell / rows) + 1) * rows);
      while (cell < end && this.#outermost[cell] === group) cell++;
      if (first > 0 && this.#outermost[first - 1] !== group) odd = !odd;
      if (group < 0) continue;
      const { x, y } = this.#place(first);
      context.fillStyle = odd ? palette.muted : palette.boxBorder;
      context.fillRect(x, y, groupBar - 1, (cell - first) * cellHeight);
    }
  }

  #drawMarks(context: CanvasRenderingContext2D, palette: Palette): void {
    const { selection, hits, problems, hover } = this.#session;
    const frame = (node: number, color: string, width: number): void => {
      const cell = cellOf(this.#nodes, node);
      if (cell < 0) return;
      const { x, y } = this.#place(cell);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.strokeRect(x - 1, y - 1, this.#layout.stripWidth + 2, this.#layout.cellHeight + 1);
    };
    for (const { node } of hits) frame(node, palette.hit, 1.5);
    for (const { node: name, severity } of problems.all) {
      const node = name === undefined ? -1 : this.#session.model?.find(name) ?? -1;
      if (severity !== 'info') frame(node, palette[severity], 1.5);
    }
    frame(hover.node, palette.foreground, 1);
    if (selection?.kind === 'node') frame(selection.node, palette.accent, 2.5);
  }
}

function operatorsOf(model: GraphModel | null): Int32Array<ArrayBuffer> {
  const nodes: number[] = [];
  for (let node = 0; node < (model?.nodeCount ?? 0); node++) if (model?.isOperator(node)) nodes.push(node);
  return Int32Array.from(nodes);
}

function outermostGroup({ graph, groups }: GraphModel, node: number): number {
  let group = graph.group[node]!;
  while (group >= 0 && groups.parent[group]! >= 0) group = groups.parent[group]!;
  return group;
}

/** Nodes are in ascending order: the place of one by halving, -1 for one that is not there. */
function cellOf(nodes: Int32Array, node: number): number {
  let [low, high] = [0, nodes.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (nodes[middle] === node) return middle;
    if (nodes[middle]! < node) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
