/** Lays out graphs away from the page's own thread. */

import { layoutGraph } from './layout.ts';
import { layoutMemo, type LayoutMemo } from './memo.ts';
import type { FromLayout, LayoutGraph, ToLayout } from './messages.ts';
import type { BoxSizes, Scene } from './scene.ts';

interface Session {
  readonly graph: LayoutGraph;
  readonly sizes: BoxSizes;
  readonly memo: LayoutMemo;
}

/** The part of a worker's global scope that is used: its own library is not loaded beside the page's. */
interface WorkerScope {
  onmessage: ((event: { readonly data: ToLayout }) => void) | null;
  postMessage(message: FromLayout, transfer: readonly ArrayBuffer[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let session: Session | undefined;

scope.onmessage = ({ data: message }) => {
  if (message.type === 'graph') {
    session = { graph: message.graph, sizes: message.sizes, memo: layoutMemo() };
    return;
  }
  const { request } = message;
  try {
    if (!session) throw new Error('There is no graph to lay out yet.');
    const began = performance.now();
    const scene = layoutGraph(session.graph, session.sizes, message.expanded, session.memo);
    scope.postMessage({ type: 'scene', request, scene, durationMs: performance.now() - began }, buffersOf(scene));
  } catch (error) {
    scope.postMessage({ type: 'failed', request, message: error instanceof Error ? error.message : String(error) }, []);
  }
};

/** Handed over instead of copied. */
function buffersOf({ boxes, lines, boxOfNode, boxOfGroup }: Scene): ArrayBuffer[] {
  const columns: unknown[] = [boxOfNode, boxOfGroup];
  for (const part of [boxes, lines]) columns.push(...Object.values(part) as unknown[]);
  return columns.flatMap((column) => ArrayBuffer.isView(column) ? [column.buffer as ArrayBuffer] : []);
}
