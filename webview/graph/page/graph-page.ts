/** The page: its parts in their places, and what the host says. */

import type { Failure } from '../../../protocol/failure.ts';
import type { GraphPageEvent, PageFigures, PageModel } from '../../../protocol/page.ts';
import { progressRing } from '../../ui/controls.ts';
import { element, fill } from '../../ui/dom.ts';
import type { PageLink } from '../../ui/page.ts';
import { currentTheme, watchTheme } from '../../ui/theme.ts';
import { savePicture } from '../export/save-picture.ts';
import { Outline } from '../outline/outline.ts';
import { Legend } from '../overlay/legend.ts';
import { SidePanel } from '../panel/side-panel.ts';
import { SearchBar } from '../search/search-bar.ts';
import { Composer } from '../session/composer.ts';
import { nameOf, selectionOf, Session } from '../session/session.ts';
import { GraphCanvas } from '../view/graph-canvas.ts';
import { LayoutClient } from '../view/layout-client.ts';
import { Minimap } from '../view/minimap.ts';
import { noMarks } from '../view/picture.ts';
import type { Viewport } from '../view/viewport.ts';
import { FoldedCanvas } from '../view/folded-canvas.ts';
import { textMeasure } from '../view/text-measure.ts';
import { paletteOf } from '../view/palette.ts';
import { createActions } from './actions.ts';
import { Announcer } from './announcer.ts';
import { failureView } from './failure-view.ts';
import { HelpDialog } from './help.ts';
import { handleCanvasKey, handleGraphKey } from './keys.ts';
import { isSavedState, type SavedState } from './saved-state.ts';
import type { PageAction } from './page-action.ts';
import { Toolbar } from './toolbar.ts';
import { Tooltip } from './tooltip.ts';

/** Most models are drawn before a person could see a ring turn. */
const patienceMs = 400;
const keepDelayMs = 250;

export class GraphPage {
  readonly #link: PageLink<GraphPageEvent>;
  readonly #session: Session;
  readonly #composer: Composer;
  readonly #canvas: GraphCanvas;
  readonly #folded: FoldedCanvas;
  readonly #panel: SidePanel;
  readonly #search: SearchBar;
  readonly #outline: Outline;
  readonly #minimap: Minimap;
  readonly #help = new HelpDialog();
  readonly #app = element('div', { class: 'app', hidden: true });
  readonly #overlayParts = element('div', { class: 'graph-area' });
  readonly #notice = element('div', { class: 'notice', role: 'status' });
  readonly #run: (action: PageAction) => void;
  #saved: SavedState | undefined;
  /** Brings the view to where the model was opened. */
  #place = (): void => undefined;
  /** Where that was. */
  #placed: Viewport | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(link: PageLink<GraphPageEvent>, workerUrl: string) {
    this.#link = link;
    this.#saved = link.state(isSavedState);
    this.#session = new Session(link, new LayoutClient(workerUrl), textMeasure());
    this.#composer = new Composer(this.#session, paletteOf(currentTheme()));
    this.#canvas = new GraphCanvas(this.#session, this.#composer);
    this.#folded = new FoldedCanvas(this.#session, this.#composer);
    this.#panel = new SidePanel(this.#session, () => this.#keepSoon());
    this.#search = new SearchBar(this.#session, () => this.#canvas.surface.canvas.focus());
    this.#outline = new Outline(this.#session);
    this.#minimap = new Minimap(this.#session, this.#composer);
    this.#run = createActions(this.#session, this.#composer, {
      openSearch: () => this.#search.open(),
      openHelp: () => this.#help.open(),
      togglePanel: () => {
        this.#panel.visible = !this.#panel.visible;
        this.#keepSoon();
      },
      toggleOutline: () => this.#toggleOutline(),
      exportPicture: (kind) => this.#exportPicture(kind),
      say: (message) => this.#say(message),
    });
    this.#assemble();
    this.#listen();
  }

  #assemble(): void {
    const { canvas } = this.#canvas.surface;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', 'Graph of the model. Arrow keys walk along it. Question mark lists all keys.');
    const legend = new Legend(this.#session, this.#composer, () => this.#run('exportOverlay'));
    const tooltip = new Tooltip(this.#session, this.#composer, this.#overlayParts);
    this.#overlayParts.append(
      canvas, this.#minimap.element, legend.element, this.#search.element, this.#notice,
      tooltip.element,
    );
    this.#app.append(
      new Toolbar(this.#session, this.#run, () => this.#folded.surface.canvas.isConnected
        ? this.#folded.surface.canvas.focus()
        : canvas.focus()).element,
      element('div', { class: 'stage' },
        this.#outline.element, this.#overlayParts, this.#panel.splitter, this.#panel.element),
    );
    document.body.append(this.#app, this.#help.element, new Announcer(this.#session).element);
    const waiting = element('div', { class: 'waiting' });
    document.body.append(waiting);
    setTimeout(() => {
      if (waiting.isConnected) fill(waiting, progressRing('Reading the model'));
    }, patienceMs);
    this.#session.signals.on(['model'], () => waiting.remove());
    if (this.#saved) {
      this.#panel.width = this.#saved.panelWidth;
      this.#panel.visible = this.#saved.panelVisible;
      this.#outline.pinned = this.#saved.outlineVisible;
    }
    watchTheme((theme) => {
      this.#composer.palette = paletteOf(theme);
      this.#session.camera.still = theme.reducedMotion;
      legend.show();
      this.#minimap.renew();
      this.#canvas.surface.drawNow();
      this.#folded.drawNow();
    });
  }

  #listen(): void {
    // In their order: a layer can be revealed only when the model that was sent before it is open.
    let before = Promise.resolve();
    this.#link.onEvent((event) => {
      before = before.then(() => this.#receive(event)).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        this.#link.log('error', error instanceof Error ? error.stack ?? message : message);
        this.#fail({ code: 'PAGE', message: `The graph could not be drawn: ${message}` });
      });
    });
    const { signals } = this.#session;
    signals.on(['view', 'scene', 'selection', 'overlay', 'folded'], () => this.#keepSoon());
    // Before the parts hear it: a list would take a letter for the beginning of one of its entries.
    signals.on(['folded'], () => {
      const { folded } = this.#session;
      const { canvas } = this.#canvas.surface;
      canvas.hidden = folded;
      if (folded) canvas.after(this.#folded.surface.canvas);
      else this.#folded.surface.canvas.remove();
      this.#minimap.element.classList.toggle('covered', folded);
      (folded ? this.#folded : this.#canvas).surface.canvas.focus();
    });
    document.addEventListener('keydown', (event) => this.#key(event), { capture: true });
  }

  async #receive(event: GraphPageEvent): Promise<void> {
    switch (event.type) {
      case 'model':
        await this.#open(event.model);
        break;
      case 'figures':
        await this.#receiveFigures(event.figures);
        break;
      case 'failed':
        this.#fail(event.failure);
        break;
      case 'overlays':
        this.#session.receiveOverlays(event.overlays);
        break;
      case 'problems':
        this.#session.receiveProblems(event.problems);
        break;
      case 'action':
        this.#run(event.action);
        break;
      case 'reveal':
        await this.#reveal(event.node, event.overlay);
        break;
    }
  }

  async #reveal(name: string, overlay: string | undefined): Promise<void> {
    if (overlay !== undefined) this.#session.showOverlay(overlay);
    const node = this.#session.model?.find(name) ?? -1;
    if (node < 0) this.#say(`This model has no layer named ${name}.`);
    else await this.#session.reveal(node);
  }

  async #open(model: PageModel): Promise<void> {
    const again = this.#session.model?.uri === model.uri;
    const saved = this.#saved?.uri === model.uri ? this.#saved : undefined;
    this.#saved = undefined;
    if (saved) this.#session.showOverlay(saved.overlay);
    await this.#session.open(model, saved?.expanded);
    document.querySelector('.failure')?.remove();
    this.#app.hidden = false;
    const { model: opened, camera } = this.#session;
    const { canvas } = this.#canvas.surface;
    camera.screen = { width: canvas.clientWidth, height: canvas.clientHeight };
    this.#place = (): void => {
      if (saved) camera.set(saved.view);
      else if (!again) this.#session.showStart();
    };
    this.#place();
    this.#placed = camera.destination;
    if (!saved || !opened) return;
    if (saved.selection) this.#session.select(selectionOf(opened, saved.selection));
    this.#session.setFolded(saved.folded);
  }

  async #receiveFigures(figures: PageFigures): Promise<void> {
    const { camera } = this.#session;
    const moved = camera.destination !== this.#placed;
    await this.#session.receiveFigures(figures, moved);
    if (!moved) this.#place();
  }

  #fail(failure: Failure): void {
    document.querySelector('.waiting')?.remove();
    document.querySelector('.failure')?.remove();
    this.#app.hidden = true;
    document.body.append(failureView(failure, this.#link));
  }

  #key(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || this.#app.hidden) return;
    if (event.target instanceof Element && event.target.closest('dialog, .search')) return;
    const onCanvas = target === this.#canvas.surface.canvas || target === document.body;
    const used = handleGraphKey(event, this.#run) || (onCanvas && handleCanvasKey(this.#session, event));
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #toggleOutline(): void {
    this.#outline.pinned = !this.#outline.pinned;
    if (this.#outline.pinned) this.#outline.focus();
    else this.#canvas.surface.canvas.focus();
    this.#keepSoon();
  }

  async #exportPicture(kind: 'svg' | 'png'): Promise<void> {
    const picture = this.#composer.compose();
    if (!picture) return;
    const saved = await savePicture(this.#link, { ...picture, marks: noMarks }, kind);
    if (saved !== undefined) this.#say(saved);
  }

  #say(message: string): void {
    this.#notice.textContent = message;
    setTimeout(() => {
      if (this.#notice.textContent === message) this.#notice.textContent = '';
    }, 6000);
  }

  #keepSoon(): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => this.#keep(), keepDelayMs);
  }

  #keep(): void {
    const { model, selection, overlays, camera, folded } = this.#session;
    if (!model) return;
    const state: SavedState = {
      uri: model.uri,
      view: camera.view,
      expanded: this.#session.expandedPaths(),
      selection: selection && nameOf(model, selection),
      overlay: overlays.currentId,
      panelWidth: this.#panel.width,
      panelVisible: this.#panel.visible,
      outlineVisible: this.#outline.pinned,
      folded,
    };
    this.#link.keep(state);
  }
}
