/** In the page: draws a network with the product's own code and takes the time of its frames. */

import { packColumns } from '../../protocol/graph/columns.ts';
import { graphColumns, type GraphColumns, type OpCategory } from '../../protocol/graph/structure.ts';
import type { GraphPageEvent, PageModel } from '../../protocol/page.ts';
import { Composer } from '../../webview/graph/session/composer.ts';
import { Session } from '../../webview/graph/session/session.ts';
import { FoldedCanvas } from '../../webview/graph/view/folded-canvas.ts';
import { GraphCanvas } from '../../webview/graph/view/graph-canvas.ts';
import type { Layouter } from '../../webview/graph/view/layout-client.ts';
import { paletteOf } from '../../webview/graph/view/palette.ts';
import { textMeasure } from '../../webview/graph/view/text-measure.ts';
import { panBy, zoomAt } from '../../webview/graph/view/viewport.ts';
import { layoutGraph } from '../../webview/layout/layout.ts';
import { layoutMemo } from '../../webview/layout/memo.ts';
import type { BoxSizes } from '../../webview/layout/scene.ts';
import type { GraphModel } from '../../webview/graph/model/graph-model.ts';
import type { PageLink } from '../../webview/ui/page.ts';
import { currentTheme } from '../../webview/ui/theme.ts';

/** 95th percentiles, in milliseconds. */
export interface FrameTimes {
  /** From one frame to the next: what a person sees. */
  readonly frameMs: number;
  /** Of the drawing alone, on the page's thread. */
  readonly drawMs: number;
}

export interface PageFrames {
  readonly boxes: number;
  /** From the columns to the first frame, the layout included. */
  readonly firstMs: number;
  readonly panFar: FrameTimes;
  readonly panNear: FrameTimes;
  readonly zoom: FrameTimes;
  readonly recolour: FrameTimes;
  readonly foldedRecolour: FrameTimes;
}

export type MeasureFrames = (columns: Readonly<Record<string, readonly number[]>>) => Promise<PageFrames>;

const frames = 90;

const measureFrames: MeasureFrames = async (columns) => {
  const session = new Session(noHost, onThisThread(), textMeasure());
  const composer = new Composer(session, paletteOf(currentTheme()));
  const graph = new GraphCanvas(session, composer);
  const folded = new FoldedCanvas(session, composer);
  for (const { canvas } of [graph.surface, folded.surface]) {
    canvas.style.cssText = 'position:absolute;width:1400px;height:900px';
    document.body.append(canvas);
  }
  await nextFrame();
  session.camera.still = true;
  session.camera.screen = { width: 1400, height: 900 };
  const model = pageModel(columns);
  const start = performance.now();
  await session.open(model);
  await session.expandAll(true);
  session.showStart();
  graph.surface.drawNow();
  await nextFrame();
  const firstMs = performance.now() - start;

  session.showOverlay('parameters');
  const middle = { x: 700, y: 450 };
  const at = (scale: number): void => {
    const { camera } = session;
    camera.set(zoomAt(camera.view, middle, scale / camera.view.scale));
  };
  const pan = async (scale: number): Promise<FrameTimes> => {
    at(scale);
    return timed(() => {
      session.camera.set(panBy(session.camera.view, 0, -60));
      graph.surface.drawNow();
    });
  };
  const panFar = await pan(0.05);
  const panNear = await pan(0.8);
  at(0.02);
  const zoom = await timed((frame) => {
    session.camera.set(zoomAt(session.camera.view, middle, frame < frames / 2 ? 1.08 : 1 / 1.08));
    graph.surface.drawNow();
  });
  at(0.02);
  const recolour = await timed((frame) => {
    session.showOverlay(frame % 2 === 0 ? 'macs' : 'parameters');
    graph.surface.drawNow();
  });
  session.setFolded(true);
  graph.surface.canvas.hidden = true;
  await nextFrame();
  const foldedRecolour = await timed((frame) => {
    session.showOverlay(frame % 2 === 0 ? 'macs' : 'parameters');
    folded.drawNow();
  });
  return { boxes: session.scene?.boxes.count ?? 0, firstMs, panFar, panNear, zoom, recolour, foldedRecolour };
};

Object.assign(globalThis, { measureFrames });

/** Draws in every frame, as a hand that does not rest. */
async function timed(draw: (frame: number) => void): Promise<FrameTimes> {
  const frameMs: number[] = [];
  const drawMs: number[] = [];
  let last = await nextFrame();
  for (let frame = 0; frame < frames; frame++) {
    const before = performance.now();
    draw(frame);
    drawMs.push(performance.now() - before);
    const now = await nextFrame();
    frameMs.push(now - last);
    last = now;
  }
  return { frameMs: percentile95(frameMs), drawMs: percentile95(drawMs) };
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(0.95 * (values.length - 1))]!;
}

/** The columns of the layout, with figures and names for what it does not need. */
function pageModel(columns: Readonly<Record<string, readonly number[]>>): PageModel {
  const count = columns['kind']!.length;
  const tensors = Math.max(0, ...columns['tensor']!) + 1;
  const groups = columns['groupParent']!.length;
  const figures = (seed: number): Float64Array =>
    Float64Array.from({ length: count }, (_, node) => ((node + seed) * 2654435761) % 1e6);
  const bytes = new Set(['kind', 'groupKind']);
  const given = Object.fromEntries(Object.entries(columns).map(([name, values]) =>
    [name, bytes.has(name) ? Uint8Array.from(values) : Int32Array.from(values)]));
  const all = {
    ...given,
    // Two kinds of operators, so that there are stripes of different colours.
    opType: Int32Array.from(columns['kind']!, (kind, node) => (kind === 0 ? node % 2 : -1)),
    parameters: figures(1), weightBytes: figures(2), macs: figures(3), activationBytes: figures(4),
    line: new Int32Array(count),
  } as unknown as GraphColumns;
  const { table, buffer } = packColumns(Object.fromEntries(graphColumns.map((name) => [name, all[name]])));
  return {
    uri: 'bench:network', fileName: 'network', version: '1', table, columns: buffer, complete: true,
    facts: {
      format: 'ONNX', sizeBytes: 0, irVersion: 0, opsets: {}, producer: null, parameters: 0, macs: null,
      bytesByType: {}, inputs: [], outputs: [], metadata: {},
    },
    names: {
      names: Array.from({ length: count }, (_, node) => `/model/node_${node}`),
      details: Array.from({ length: count }, (_, node) => (node % 3 === 0 ? '64 3x3' : '')),
      opTypes: ['Conv', 'MatMul'],
      opCategories: ['convolution', 'matrix'] satisfies OpCategory[],
      tensorNames: Array.from({ length: tensors }, (_, tensor) => `tensor_${tensor}`),
      tensorTypes: Array.from({ length: tensors }, () => 'float32[1,64,56,56]'),
      groupNames: Array.from({ length: groups }, (_, group) => `group_${group}`),
    },
  };
}

function onThisThread(): Layouter {
  let laidOut: { model: GraphModel; sizes: BoxSizes; memo: ReturnType<typeof layoutMemo> } | undefined;
  return {
    setGraph: (model, sizes) => laidOut = { model, sizes, memo: layoutMemo() },
    layout: async (expanded) => layoutGraph(laidOut!.model.graph, laidOut!.sizes, expanded, laidOut!.memo),
  };
}

const noHost: PageLink<GraphPageEvent> = {
  request: () => Promise.reject(new Error('There is no host.')),
  onEvent: () => undefined,
  ready: () => undefined,
  selected: () => undefined,
  log: () => undefined,
  state: () => undefined,
  keep: () => undefined,
};

