/** A page's end of the link to the extension host: requests with an answer, events, and what the page tells. */

import type { Failure } from '../../protocol/failure.ts';
import type { FromPage, PageEvent, PageMethod, PageRequests, ToPage } from '../../protocol/page.ts';

/** What the host answered instead of a result. */
export class RequestFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'RequestFailed';
    this.failure = failure;
  }
}

export interface PageLink<Event extends PageEvent> {
  /** Rejects with `RequestFailed` when the host says no. */
  request<Method extends PageMethod>(
    method: Method,
    params: PageRequests[Method]['params'],
  ): Promise<PageRequests[Method]['result']>;
  /** `listener` hears every event from now on. Call before `ready`. */
  onEvent(listener: (event: Event) => void): void;
  /** Says that the page listens: the host sends nothing before. */
  ready(): void;
  /** For commands from outside: the node that is selected now. */
  selected(node: string | null): void;
  log(level: 'info' | 'error', message: string): void;
  /** What the page kept when it was hidden, as far as it is of the shape that `isState` accepts. */
  state<State>(isState: (value: unknown) => value is State): State | undefined;
  keep(state: unknown): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Connects to the host; a page does so once. Errors nobody caught go to the host's log. */
export function connectPage<Event extends PageEvent>(): PageLink<Event> {
  const host = acquireVsCodeApi();
  const waiting = new Map<number, Waiting>();
  const listeners: ((event: Event) => void)[] = [];
  let lastId = 0;

  const send = (message: FromPage): void => host.postMessage(message);
  const log = (level: 'info' | 'error', message: string): void => send({ kind: 'log', level, message });

  // Pages are the only ones that the host posts to, and it posts nothing but ToPage.
  window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
    if (data.kind === 'event') {
      for (const listener of listeners) listener(data.event as Event);
      return;
    }
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === 'failure') asked?.reject(new RequestFailed(data.failure));
    else asked?.resolve(data.result);
  });
  window.addEventListener('error', ({ message, error }) => log('error', stackOf(error) ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => log('error', stackOf(reason) ?? String(reason)));

  return {
    request: (method, params) => new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve: resolve as (result: unknown) => void, reject });
      send({ kind: 'request', id: lastId, method, params });
    }),
    onEvent: (listener) => void listeners.push(listener),
    ready: () => send({ kind: 'ready' }),
    selected: (node) => send({ kind: 'selected', node }),
    log,
    state: (isState) => {
      const value: unknown = host.getState();
      return isState(value) ? value : undefined;
    },
    keep: (state) => void host.setState(state),
  };
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack ?? error.message : undefined;
}

/** What a request's failure says, as one text. */
export function failureText(error: unknown): string {
  if (error instanceof RequestFailed) {
    const { message, fix } = error.failure;
    return fix === undefined ? message : `${message} ${fix}`;
  }
  return error instanceof Error ? error.message : String(error);
}
