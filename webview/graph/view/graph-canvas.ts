/** The graph on its canvas: draws the session's picture and turns what the pointer does into changes of the session. */

import type { Composer } from '../session/composer.ts';
import { selectionOfBox } from '../session/scene-box.ts';
import { noHover, type Session } from '../session/session.ts';
import { drawScene } from './draw-scene.ts';
import { hitTest, type Hit } from './hit-test.ts';
import { watchPointer } from './pointer.ts';
import { Surface } from './surface.ts';
import { keepAt, toWorld, type Point, type Size } from './viewport.ts';

export class GraphCanvas {
  readonly surface: Surface;
  readonly #session: Session;

  constructor(session: Session, composer: Composer) {
    this.#session = session;
    this.surface = new Surface(
      (context, size, ratio) => {
        const picture = composer.compose();
        if (picture) drawScene(context, picture, session.camera.view, size, ratio);
        else clear(context, composer.palette.background);
      },
      (size) => this.#resized(size),
    );
    watchPointer(this.surface.canvas, session.camera, {
      hover: (at) => this.#hover(at),
      click: (at) => this.#click(at),
      doubleClick: (at) => this.#doubleClick(at),
    });
    session.signals.on(
      ['view', 'scene', 'selection', 'overlay', 'overlays', 'problems', 'search', 'trace', 'hover'],
      () => this.surface.requestDraw(),
    );
  }

  #hit(at: Point): Hit | undefined {
    const { index, camera } = this.#session;
    return index ? hitTest(index, toWorld(camera.view, at), camera.view.scale) : undefined;
  }

  #hover(at: Point | undefined): void {
    const hit = at && this.#hit(at);
    this.#session.setHover(hit ? { ...noHover, ...hit } : noHover);
    this.surface.canvas.classList.toggle('on-box', hit?.kind === 'box');
  }

  #click(at: Point): void {
    const { scene } = this.#session;
    const hit = this.#hit(at);
    if (!scene) return;
    if (hit?.kind === 'box') {
      this.#session.select(selectionOfBox(scene, hit.box));
    } else if (hit) {
      // A line has no details of its own: its tensor is an output of the node that makes it.
      this.#session.select(selectionOfBox(scene, scene.lines.sourceBox[hit.line]!));
    } else {
      this.#session.select(null);
    }
  }

  #doubleClick(at: Point): void {
    const { scene } = this.#session;
    const hit = this.#hit(at);
    if (!scene || hit?.kind !== 'box') return;
    const group = scene.boxes.group[hit.box]!;
    if (group >= 0) void this.#session.setGroupExpanded(group, !scene.boxes.expanded[hit.box]);
  }

  /** What was in the middle stays in the middle. */
  #resized(size: Size): void {
    const { camera } = this.#session;
    const before = camera.screen;
    camera.screen = size;
    if (before.width <= 1) return;
    const middle = toWorld(camera.view, { x: before.width / 2, y: before.height / 2 });
    camera.set(keepAt(camera.view, middle, { x: size.width / 2, y: size.height / 2 }));
  }
}

function clear(context: CanvasRenderingContext2D, color: string): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = color;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}
