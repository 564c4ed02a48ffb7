import { expect, it } from 'vitest';
import { graphOf, sizesOf } from '../../test/webview/layout-graphs.ts';
import { layoutGraph } from './layout.ts';
import { layoutMemo } from './memo.ts';
import type { FromLayout, ToLayout } from './messages.ts';

/** What a worker finds around it, as far as this one uses it. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: ToLayout }) => void;
  postMessage: (message: FromLayout, transfer: ArrayBuffer[]) => void;
};

it('answers requests in order and hands its arrays over', async () => {
  const answers: { message: FromLayout; transfer: ArrayBuffer[] }[] = [];
  scope.postMessage = (message, transfer) => answers.push({ message, transfer });
  await import('./worker.ts');
  const graph = graphOf(3, [[0, 1, 0], [1, 2, 1]], [-1, 0, 0], [-1]);
  const sizes = sizesOf(graph);

  scope.onmessage({ data: { type: 'layout', request: 1, expanded: Uint8Array.of(0) } });
  scope.onmessage({ data: { type: 'graph', graph, sizes } });
  scope.onmessage({ data: { type: 'layout', request: 2, expanded: Uint8Array.of(0) } });
  scope.onmessage({ data: { type: 'layout', request: 3, expanded: Uint8Array.of(1) } });

  expect(answers.map(({ message }) => [message.type, message.request])).toEqual(
    [['failed', 1], ['scene', 2], ['scene', 3]],
  );
  const { message, transfer } = answers[2]!;
  if (message.type !== 'scene') throw new Error('no scene');
  expect(message.scene).toEqual(layoutGraph(graph, sizes, Uint8Array.of(1), layoutMemo()));
  expect(transfer).toContain(message.scene.lines.points.buffer);
  expect(new Set(transfer).size).toBe(transfer.length);
});
