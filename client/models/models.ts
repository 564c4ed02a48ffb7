import type { Uri } from 'vscode';
import { overlaysChanged } from '../../protocol/model.ts';
import { problemsChanged } from '../../protocol/problems.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Log } from '../support/log.ts';
import { ModelSession } from './model-session.ts';
import type { Disposable } from '../support/disposable.ts';

/** A share in a session, to be given back. */
export interface ModelLease extends Disposable {
  readonly session: ModelSession;
}

/** The models that are shown, each open once however many show it. */
export class Models implements Disposable {
  private readonly link: ServerLink;
  private readonly log: Log;
  private readonly entries = new Map<string, { session: ModelSession; users: number }>();
  private readonly registrations: Disposable[];

  constructor(link: ServerLink, log: Log) {
    this.link = link;
    this.log = log;
    this.registrations = [
      link.on(overlaysChanged, ({ uri }) => void this.entries.get(uri)?.session.readOverlays()),
      link.on(problemsChanged, ({ uri }) => void this.entries.get(uri)?.session.readProblems()),
    ];
  }

  get sessions(): readonly ModelSession[] {
    return [...this.entries.values()].map(({ session }) => session);
  }

  acquire(uri: Uri): ModelLease {
    const key = uri.toString();
    const entry = this.entries.get(key) ?? { session: new ModelSession(this.link, this.log, uri), users: 0 };
    entry.users++;
    this.entries.set(key, entry);
    let given = false;
    return {
      session: entry.session,
      dispose: () => {
        if (given) return;
        given = true;
        entry.users--;
        if (entry.users > 0) return;
        this.entries.delete(key);
        entry.session.dispose();
      },
    };
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    for (const { session } of this.entries.values()) session.dispose();
    this.entries.clear();
  }
}
