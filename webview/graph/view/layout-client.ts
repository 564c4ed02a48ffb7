/** The layout worker as the page uses it: the newest request wins, answers to older ones are dropped. */

import type { BoxSizes, Scene } from '../../layout/scene.ts';
import type { FromLayout, ToLayout } from '../../layout/messages.ts';
import type { GraphModel } from '../model/graph-model.ts';

export class LayoutClient {
  readonly #worker: Promise<Worker>;
  #request = 0;
  #waiting: { readonly resolve: (scene: Scene) => void; readonly reject: (error: Error) => void } | undefined;

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

  /** Never settles when a newer request overtakes it. Rejects when the worker cannot do it. */
  layout(expanded: Uint8Array): Promise<Scene> {
    const request = ++this.#request;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#send({ type: 'layout', request, expanded: expanded.slice() });
    });
  }

  #send(message: ToLayout): void {
    this.#worker.then((worker) => worker.postMessage(message), () => undefined);
  }

  #receive(message: FromLayout): void {
    if (message.request !== this.#request) return;
    if (message.type === 'failed') this.#fail(message.message);
    else this.#waiting?.resolve(message.scene);
  }

  #fail(message: string): void {
    this.#waiting?.reject(new Error(message));
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
