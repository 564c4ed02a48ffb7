/** The layout worker as the page uses it: the newest request wins, and answers those that it overtook as well. */

import type { BoxSizes, Scene } from '../../layout/scene.ts';
import type { FromLayout, ToLayout } from '../../layout/messages.ts';
import type { GraphModel } from '../model/graph-model.ts';

/** Where scenes come from. */
export interface Layouter {
  setGraph(model: GraphModel, sizes: BoxSizes): void;
  /** The scene of the newest request, for those that it overtook, too. Rejects when it cannot be made. */
  layout(expanded: Uint8Array): Promise<Scene>;
}

export class LayoutClient implements Layouter {
  readonly #worker: Promise<Worker>;
  #request = 0;
  #waiting: { readonly resolve: (scene: Scene) => void; readonly reject: (error: Error) => void }[] = [];

  /**
   * Starts the worker. A webview may not start one from the extension's files, which have another origin: the bundle at
   * `url` is fetched and started from a blob.
   */
  constructor(url: string) {
    this.#worker = startWorker(url);
    this.#worker.then(
      (worker) => {
        worker.onmessage = ({ data }: MessageEvent<FromLayout>) => this.#receive(data);
        worker.onerror = (event) => this.#fail(event.message || 'The layout worker stopped.');
      },
      (error: unknown) => this.#fail(String(error)),
    );
  }

  setGraph(model: GraphModel, sizes: BoxSizes): void {
    const { kind, opType, group, source, target, tensor, groupParent, groupKind, groupShape } = model.graph;
    this.#send({
      type: 'graph',
      graph: { kind, opType, group, source, target, tensor, groupParent, groupKind, groupShape },
      sizes,
    });
  }

  layout(expanded: Uint8Array): Promise<Scene> {
    const request = ++this.#request;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#send({ type: 'layout', request, expanded: expanded.slice() });
    });
  }

  #send(message: ToLayout): void {
    this.#worker.then((worker) => worker.postMessage(message), () => undefined);
  }

  #receive(message: FromLayout): void {
    if (message.request !== this.#request) return;
    if (message.type === 'failed') this.#fail(message.message);
    else for (const { resolve } of this.#waiting.splice(0)) resolve(message.scene);
  }

  #fail(message: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(message));
  }
}

async function startWorker(url: string): Promise<Worker> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The layout worker could not be loaded (${response.status}).`);
  const source = URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
  const worker = new Worker(source);
  URL.revokeObjectURL(source);
  return worker;
}
