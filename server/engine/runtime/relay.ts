/**
 * A network that is run once per sample and kept in the runtime's process with its inner values, so that parts of it
 * can be run again in other forms: a layer that is quantized, and then what follows it. Inner values never leave the
 * process.
 */

import { LatheError } from '../errors.ts';
import type { Feeds, TensorValue } from '../tensor/tensor-value.ts';
import { checkFeeds } from './feeds.ts';
import type { BranchResult } from './protocol.ts';
import { RemoteSession, type Session } from './session.ts';

export type { BranchResult, OutputError } from './protocol.ts';

/** Throws what `Session.run` throws. */
export interface Relay {
  /** Runs the base on a sample and keeps its inner values until the next one. Returns the model's outputs. */
  begin(feeds: Feeds, signal?: AbortSignal): Promise<Record<string, TensorValue>>;
  /**
   * Runs `sessions` one after the other on the sample that was begun: each reads what those before it made, and where
   * they made nothing what the base made. Of the model's outputs, those that they did not make are the base's.
   *
   * @param wanted whether outputs leave the process besides their errors
   */
  branch(sessions: readonly Session[], wanted: boolean, signal?: AbortSignal): Promise<BranchResult>;
  /** Forgets the values; the sessions stay loaded. */
  close(): Promise<void>;
}

/** @param kept outputs of `base` that are inner values: they stay in the process */
export async function openRelay(base: Session, kept: readonly string[], signal?: AbortSignal): Promise<Relay> {
  const remote = remoteOf(base);
  const context = remote.context(signal);
  const { relay } = await remote.worker.request('openRelay', { base: remote.id, kept }, context);
  return {
    begin: async (feeds, cancel) => {
      checkFeeds([base.inputs], feeds);
      return remote.worker.request('beginRelay', { relay, feeds }, remote.context(cancel));
    },
    branch: async (sessions, wanted, cancel) => {
      const ids = sessions.map((session) => remoteOf(session).id);
      return remote.worker.request('branchRelay', { relay, sessions: ids, wanted }, remote.context(cancel));
    },
    close: async () => {
      if (remote.worker.alive) await remote.worker.request('closeRelay', { relay }, remote.context());
    },
  };
}

function remoteOf(session: Session): RemoteSession {
  if (session instanceof RemoteSession) return session;
  throw new LatheError('INTERNAL', 'A relay needs sessions of the runtime.');
}
