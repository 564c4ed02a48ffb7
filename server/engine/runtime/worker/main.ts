/** The process that runs onnxruntime: answers the requests of `protocol.ts`, one at a time. */

import { listSupportedBackends } from 'onnxruntime-node';
import { LatheError, messageOf } from '../../errors.ts';
import type { Handlers, RequestMessage, RequestName, ResponseMessage, WireError } from '../protocol.ts';
import { LoadedSession, OrtFailure } from './loaded-session.ts';
import { memory } from './memory.ts';
import { Observation } from './observation.ts';
import { Relay } from './relay.ts';

/** Things that the other process knows by a number. */
class Table<T> {
  private readonly entries = new Map<number, T>();
  private last = 0;

  add(entry: T): number {
    this.entries.set(++this.last, entry);
    return this.last;
  }

  get(key: number): T {
    const entry = this.entries.get(key);
    if (entry === undefined) throw new LatheError('INTERNAL', `There is no entry ${key}: it was released.`);
    return entry;
  }

  remove(key: number): void {
    this.entries.delete(key);
  }
}

const sessions = new Table<LoadedSession>();
const observations = new Table<Observation>();
const relays = new Table<Relay>();

const handlers: Handlers = {
  providers: () => listSupportedBackends().map(({ name }) => name),
  load: async ({ source, options }) => {
    const session = await LoadedSession.load(source, options);
    return { session: sessions.add(session), inputs: session.inputs, outputs: session.outputs };
  },
  run: async ({ session, feeds, outputs }) => Object.fromEntries(await sessions.get(session).run(feeds, outputs)),
  hold: ({ session, values }) => {
    sessions.get(session).hold(values);
    return null;
  },
  advance: async ({ session, feeds, outputs, carried }) =>
    Object.fromEntries(await sessions.get(session).advance(feeds, outputs, carried)),
  held: ({ session, names }) => sessions.get(session).held(names),
  release: async ({ session }) => {
    await sessions.get(session).release();
    sessions.remove(session);
    return null;
  },
  endProfile: async ({ session }) => {
    await sessions.get(session).endProfile();
    return null;
  },
  openObservation: (params) => ({
    observation: observations.add(
      new Observation(params.sessions.map((session) => sessions.get(session)), params.observers),
    ),
  }),
  observe: async ({ observation, feeds }) => {
    await observations.get(observation).observe(feeds);
    return null;
  },
  collect: ({ observation }) => observations.get(observation).results(),
  closeObservation: ({ observation }) => {
    observations.remove(observation);
    return null;
  },
  openRelay: ({ base, kept }) => ({ relay: relays.add(new Relay(sessions.get(base), kept)) }),
  beginRelay: ({ relay, feeds }) => relays.get(relay).begin(feeds),
  branchRelay: ({ relay, sessions: ids, wanted }) =>
    relays.get(relay).branch(ids.map((id) => sessions.get(id)), wanted),
  closeRelay: ({ relay }) => {
    relays.remove(relay);
    return null;
  },
  prepareTiming: ({ session, feeds }) => {
    sessions.get(session).prepareTiming(feeds);
    return null;
  },
  time: ({ session, runs }) => sessions.get(session).time(runs),
  memory,
};

async function answer<Name extends RequestName>({ id, name, params }: RequestMessage<Name>): Promise<ResponseMessage> {
  try {
    return { id, result: await handlers[name](params) };
  } catch (error) {
    return { id, error: wireError(error) };
  }
}

function wireError(error: unknown): WireError {
  if (error instanceof OrtFailure) return { origin: 'onnxruntime', message: error.message };
  if (error instanceof LatheError) {
    const { code: origin, message, detail, fix, at } = error;
    return {
      origin,
      message,
      ...(detail !== undefined && { detail }),
      ...(fix !== undefined && { fix }),
      ...(at && { at }),
    };
  }
  const detail = error instanceof Error ? error.stack : undefined;
  return { origin: 'INTERNAL', message: messageOf(error), ...(detail !== undefined && { detail }) };
}

let queue = Promise.resolve();
process.on('message', (message) => {
  queue = queue.then(async () => {
    process.send?.(await answer(message as RequestMessage));
  });
});
// The parent decides what an interrupt from the terminal, which reaches this process too, means.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
