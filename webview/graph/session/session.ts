/** All that the page knows, and the ways in which it changes. Whoever draws listens to topics and reads. */

import type { Overlay } from '../../../protocol/graph/overlay.ts';
import type { GraphPageEvent, PageFigures, PageModel } from '../../../protocol/page.ts';
import type { ModelProblem } from '../../../protocol/problems.ts';
import type { Scene } from '../../layout/scene.ts';
import type { PageLink } from '../../ui/page.ts';
import type { Direction } from '../model/links.ts';
import { GraphModel } from '../model/graph-model.ts';
import { expandTo, initialExpansion } from '../model/initial-expansion.ts';
import { SearchIndex, type SearchHit } from '../search/search-index.ts';
import { Camera } from '../view/camera.ts';
import { labelsOf, type Labels, type Measure } from '../view/labels.ts';
import type { Layouter } from '../view/layout-client.ts';
import { SceneIndex } from '../view/scene-index.ts';
import { bringIntoView, fit, keepAt, toScreen, toWorld, type Rectangle } from '../view/viewport.ts';
import { OverlayState } from './overlay-state.ts';
import { ProblemMarks } from './problem-marks.ts';
import { sceneBox, selectionOfBox } from './scene-box.ts';
import { Signals } from './signals.ts';

export type Selection =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'group'; readonly group: number };

export type Topic =
  | 'model' | 'scene' | 'selection' | 'overlay' | 'overlays' | 'problems' | 'search' | 'trace' | 'view' | 'folded'
  | 'hover';

/** What the pointer is on. */
export interface Hover {
  readonly box: number;
  readonly line: number;
  /** In the folded view, where nodes have no boxes. */
  readonly node: number;
}

/** What the legend of an overlay takes of the lower edge, in CSS pixels. */
export const legendHeight = 84;

export const noHover: Hover = { box: -1, line: -1, node: -1 };

export class Session {
  readonly signals = new Signals<Topic>();
  readonly link: PageLink<GraphPageEvent>;
  readonly camera = new Camera(() => this.signals.emit('view'));
  readonly overlays = new OverlayState();

  model: GraphModel | null = null;
  labels: Labels | null = null;
  expanded = new Uint8Array(0);
  index: SceneIndex | null = null;
  selection: Selection | null = null;
  problems = new ProblemMarks([], null);
  hits: readonly SearchHit[] = [];
  /** Index into `hits`, -1 while none is walked to. */
  currentHit = -1;
  query = '';
  /** By node; null where nothing is traced. */
  traced: Uint8Array | null = null;
  folded = false;
  hover = noHover;

  readonly #layout: Layouter;
  readonly #measure: Measure;
  #searchIndex: SearchIndex | null = null;
  #tracedDirection: Direction | null = null;

  constructor(link: PageLink<GraphPageEvent>, layout: Layouter, measure: Measure) {
    this.link = link;
    this.#layout = layout;
    this.#measure = measure;
  }

  get scene(): Scene | null {
    return this.index?.scene ?? null;
  }

  /**
   * Takes a model. `expandedPaths` are the groups to show open, undefined for as many as fit; groups of the model
   * before that are still there stay as they are. Resolves when it is laid out.
   */
  async open(page: PageModel, expandedPaths?: readonly string[]): Promise<void> {
    const before = this.model;
    const model = new GraphModel(page);
    const selected = before && this.selection && nameOf(before, this.selection);
    const paths = expandedPaths ?? (before?.uri === model.uri ? this.expandedPaths() : undefined);
    this.model = model;
    this.expanded = expansionOf(model, paths);
    this.selection = selected ? selectionOf(model, selected) : null;
    this.traced = null;
    this.hover = noHover;
    const { labels, sizes } = labelsOf(model, this.#measure);
    this.#layout.setGraph(model, sizes);
    this.overlays.setModel(model);
    this.problems = new ProblemMarks(this.problems.all, model);
    this.#searchIndex = null;
    this.#search();
    const scene = await this.#layout.layout(this.expanded);
    this.labels = labels;
    this.index = new SceneIndex(scene);
    this.signals.emit('model');
    this.signals.emit('scene');
    this.signals.emit('overlays');
    this.signals.emit('selection');
  }

  /**
   * Takes the figures of the model that is open and lays it out again, since lines under operators make boxes larger.
   * With `anchored`, what is selected or in the middle of the screen stays where it is.
   */
  async receiveFigures(figures: PageFigures, anchored: boolean): Promise<void> {
    const { model, camera } = this;
    if (!model?.takeFigures(figures)) return;
    const { labels, sizes } = labelsOf(model, this.#measure);
    this.#layout.setGraph(model, sizes);
    this.overlays.setModel(model);
    const isGliding = camera.view !== camera.destination;
    await this.#layOut(anchored ? this.selection ?? this.#middle() : null, labels);
    if (isGliding && this.selection) this.#show(this.selection);
    this.signals.emit('overlays');
  }

  receiveOverlays(overlays: readonly Overlay[]): void {
    this.overlays.receive(overlays);
    this.signals.emit('overlays');
  }

  receiveProblems(problems: readonly ModelProblem[]): void {
    this.problems = new ProblemMarks(problems, this.model);
    this.signals.emit('problems');
  }

  showOverlay(id: string | null): void {
    this.overlays.choose(id);
    this.signals.emit('overlay');
  }

  setThresholds(thresholds: readonly number[] | null): void {
    this.overlays.setThresholds(thresholds);
    this.signals.emit('overlay');
  }

  /** Paths of the groups that stand open. */
  expandedPaths(): string[] {
    return this.model ? this.model.groups.paths.filter((_, g) => this.expanded[g]) : [];
  }

  select(selection: Selection | null, options: { readonly bringIntoView?: boolean } = {}): void {
    this.selection = selection;
    this.link.selected(this.model && selection?.kind === 'node' ? this.model.graph.names[selection.node]! : null);
    if (selection && options.bringIntoView) this.#show(selection);
    this.signals.emit('selection');
  }

  /** Selects a node that may be inside collapsed groups, and opens them. */
  async reveal(node: number): Promise<void> {
    if (!this.model || !this.index) return;
    this.setFolded(false);
    const selection = { kind: 'node', node } as const;
    this.selection = selection;
    if (expandTo(this.model.groups, this.expanded, this.model.graph.group[node]!)) await this.#layOut(null);
    this.select(selection, { bringIntoView: true });
  }

  /** Selects a group that may be inside collapsed groups, and opens those around it. */
  async revealGroup(group: number): Promise<void> {
    if (!this.model || !this.index) return;
    this.setFolded(false);
    if (expandTo(this.model.groups, this.expanded, this.model.groups.parent[group]!)) await this.#layOut(null);
    this.select({ kind: 'group', group }, { bringIntoView: true });
  }

  /** Opens or closes a group; its box stays where it is on the screen. */
  async setGroupExpanded(group: number, open: boolean): Promise<void> {
    if (this.expanded[group] === Number(open)) return;
    this.expanded[group] = Number(open);
    if (!open && this.model && this.selection?.kind === 'node'
      && this.model.groups.chain(this.model.graph.group[this.selection.node]!).includes(group)) {
      this.select({ kind: 'group', group });
    }
    await this.#layOut({ kind: 'group', group });
  }

  async expandAll(open: boolean): Promise<void> {
    this.expanded.fill(Number(open));
    if (!open) this.#selectVisible();
    await this.#layOut(this.selection);
    // Thousands of boxes fitted into a window are a hair: their beginning says more.
    if (!this.selection) this.showStart();
  }

  fitAll(): void {
    if (this.scene) this.camera.glide(fit(sceneArea(this.scene), this.camera.screen));
  }

  /** The beginning of a model at a size that can be read, or all of it where it fits. */
  showStart(): void {
    const { scene, model, camera } = this;
    if (!scene || !model) return;
    const whole = fit(sceneArea(scene), camera.screen);
    if (whole.scale >= 0.6) {
      camera.set(whole);
      return;
    }
    const first = scene.boxOfNode[0];
    const box = first === undefined ? undefined : boxArea(scene, first);
    const middle = box ? box.x + box.width / 2 : scene.width / 2;
    const top = { x: camera.screen.width / 2, y: 32 };
    camera.set(keepAt({ scale: 0.9, x: 0, y: 0 }, { x: middle, y: box?.y ?? 0 }, top));
  }

  trace(direction: Direction | null): void {
    if (!this.model || (direction && !this.selection)) return;
    const starts = this.selection?.kind === 'group'
      ? this.model.groups.nodesOf(this.selection.group)
      : this.selection ? [this.selection.node] : [];
    this.traced = direction ? this.model.links.trace(starts, direction) : null;
    this.signals.emit('trace');
  }

  /** Traces in that direction; the same again ends it. */
  toggleTrace(direction: Direction): void {
    const again = this.traced !== null && this.#tracedDirection === direction;
    this.#tracedDirection = direction;
    this.trace(again ? null : direction);
  }

  importOverlays(overlays: readonly Overlay[]): void {
    this.overlays.addImported(overlays);
    this.signals.emit('overlays');
    this.showOverlay(overlays[0]?.id ?? null);
  }

  search(query: string): void {
    this.query = query;
    this.#search();
    this.signals.emit('search');
  }

  /** Walks to the next hit (or the one before) and shows it. */
  async walkHits(step: 1 | -1): Promise<void> {
    if (this.hits.length === 0) return;
    const from = this.currentHit < 0 && step < 0 ? 0 : this.currentHit;
    await this.goToHit((from + step + this.hits.length) % this.hits.length);
  }

  async goToHit(hit: number): Promise<void> {
    this.currentHit = hit;
    this.signals.emit('search');
    await this.reveal(this.hits[hit]!.node);
  }

  setFolded(folded: boolean): void {
    if (this.folded === folded) return;
    this.folded = folded;
    this.signals.emit('folded');
  }

  setHover(hover: Hover): void {
    if (hover.box === this.hover.box && hover.line === this.hover.line
      && hover.node === this.hover.node) return;
    this.hover = hover;
    this.signals.emit('hover');
  }

  /** The box of the selection, -1 where there is none. */
  get selectedBox(): number {
    return this.scene && this.selection ? sceneBox(this.scene, this.selection) : -1;
  }

  #search(): void {
    if (!this.model || this.query === '') {
      this.hits = [];
    } else {
      this.#searchIndex ??= new SearchIndex(this.model.graph, this.model.links);
      this.hits = this.#searchIndex.find(this.query);
    }
    this.currentHit = -1;
  }

  async #layOut(anchor: Selection | null, labels = this.labels): Promise<void> {
    const { model, camera, scene: before } = this;
    if (!model) return;
    const held = anchor && before ? boxArea(before, sceneBox(before, anchor)) : undefined;
    const at = held && toScreen(camera.view, { x: held.x + held.width / 2, y: held.y });
    const scene = await this.#layout.layout(this.expanded);
    this.labels = labels;
    this.index = new SceneIndex(scene);
    this.hover = noHover;
    const now = anchor && boxArea(scene, sceneBox(scene, anchor));
    this.signals.emit('scene');
    if (at && now) camera.set(keepAt(camera.view, { x: now.x + now.width / 2, y: now.y }, at));
  }

  /** What stands nearest to the middle of the screen. */
  #middle(): Selection | null {
    const { scene, camera } = this;
    if (!scene) return null;
    const { x, y, width, height, count } = scene.boxes;
    const middle = toWorld(camera.view, { x: camera.screen.width / 2, y: camera.screen.height / 2 });
    let [nearest, least] = [-1, Infinity];
    for (let box = 0; box < count; box++) {
      const far = Math.abs(x[box]! + width[box]! / 2 - middle.x) + Math.abs(y[box]! + height[box]! / 2 - middle.y);
      if (far < least) [nearest, least] = [box, far];
    }
    return nearest < 0 ? null : selectionOfBox(scene, nearest);
  }

  #show(selection: Selection): void {
    const area = this.scene ? boxArea(this.scene, sceneBox(this.scene, selection)) : undefined;
    if (!area) return;
    const { camera } = this;
    const near = camera.destination.scale >= 0.5 ? camera.destination : { ...camera.destination, scale: 0.8 };
    const place = { x: camera.screen.width / 2, y: camera.screen.height / 3 };
    const centred = near === camera.destination
      ? near
      : keepAt(near, { x: area.x + area.width / 2, y: area.y }, place);
    camera.glide(bringIntoView(centred, area, camera.screen, this.overlays.shown ? legendHeight : 0));
  }

  /** What is selected inside a collapsed group gives way to the outermost collapsed group around it. */
  #selectVisible(): void {
    const { model, selection } = this;
    if (!model || !selection) return;
    const chain = model.groups.chain(selection.kind === 'node' ? model.graph.group[selection.node]! : selection.group);
    const closed = chain.find((g) => !this.expanded[g]);
    if (closed !== undefined) this.select({ kind: 'group', group: closed });
  }
}

function expansionOf(model: GraphModel, paths: readonly string[] | undefined): Uint8Array<ArrayBuffer> {
  if (!paths) return new Uint8Array(initialExpansion(model.groups, model.nodeCount));
  const expanded = new Uint8Array(model.groups.count);
  for (const path of paths) {
    const group = model.groups.find(path);
    if (group >= 0) expanded[group] = 1;
  }
  return expanded;
}

/** A selection by names, which outlive the file being read again. */
export type NamedSelection = { readonly node: string } | { readonly group: string };

export function nameOf(model: GraphModel, selection: Selection): NamedSelection {
  return selection.kind === 'node'
    ? { node: model.graph.names[selection.node]! }
    : { group: model.groups.paths[selection.group]! };
}

export function selectionOf(model: GraphModel, named: NamedSelection): Selection | null {
  if ('node' in named) {
    const node = model.find(named.node);
    return node < 0 ? null : { kind: 'node', node };
  }
  const group = model.groups.find(named.group);
  return group < 0 ? null : { kind: 'group', group };
}

export function boxArea(scene: Scene, box: number): Rectangle | undefined {
  if (box < 0) return undefined;
  const { x, y, width, height } = scene.boxes;
  return { x: x[box]!, y: y[box]!, width: width[box]!, height: height[box]! };
}

function sceneArea(scene: Scene): Rectangle {
  return { x: 0, y: 0, width: scene.width, height: scene.height };
}
