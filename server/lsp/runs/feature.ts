/** Runs, their history, and the questions of the wizard. */

import { Emitter } from 'vscode-languageserver';
import { adviseRecipe, findData, listTargets, type TargetChoice } from '../../../protocol/advice.ts';
import type { JobSettings } from '../../../protocol/job.ts';
import {
  cancelRun, deleteRun, listRuns, runChanged, runDeleted, runLog, runResult, startRun, steerRun,
} from '../../../protocol/runs.ts';
import { LatheError } from '../../engine/errors.ts';
import { findTarget, targets } from '../../engine/targets/registry.ts';
import { askForAdvice } from '../../jobs/advisor.ts';
import { RunManager } from '../../jobs/run-manager.ts';
import type { ServerContext } from '../context.ts';
import type { Feature } from '../features.ts';
import { notify, onRequest } from '../messages.ts';
import { findDataSets } from './find-data.ts';
import { withKnownSpeed } from './known-speed.ts';
import { HistoryResults } from './results.ts';

export const runsFeature: Feature = {
  register(context: ServerContext): void {
    const { connection, storagePath } = context;
    const log = (line: string): void => context.log.info(line);
    const resultsChanged = new Emitter<readonly string[]>();
    const settings = (): JobSettings => {
      const { threads, provider } = context.settings;
      return { threads, provider, seed: 0 };
    };
    const runs = new RunManager({
      storagePath,
      settings,
      log,
      events: {
        changed: (record) => notify(connection, runChanged, record),
        deleted: (id) => notify(connection, runDeleted, { id }),
        resultsChanged: (models) => {
          resultsChanged.fire(models);
        },
      },
    });
    context.results = new HistoryResults(runs, resultsChanged, log);
    context.onDispose(runs);
    context.onDispose(resultsChanged);

    onRequest(connection, startRun, ({ request }) => {
      refuseUntrusted(context, 'A run');
      return runs.start(request);
    });
    onRequest(connection, cancelRun, ({ id }) => runs.cancel(id));
    onRequest(connection, steerRun, ({ id, steering }) => runs.steer(id, steering));
    onRequest(connection, listRuns, () => runs.list());
    onRequest(connection, deleteRun, ({ id }) => {
      runs.delete(id);
      return null;
    });
    onRequest(connection, runResult, ({ id }) => runs.result(id));
    onRequest(connection, runLog, ({ id }) => ({ text: runs.log(id) }));

    onRequest(connection, listTargets, () => targetChoices());
    onRequest(connection, findData, (params) => findDataSets(params, readable(context, params.model)));
    onRequest(connection, adviseRecipe, async (params, signal) => {
      refuseUntrusted(context, 'Advice');
      const advice = await askForAdvice(params, settings(), signal);
      return withKnownSpeed(advice, await context.results.of(params.model));
    });
  },
};

function refuseUntrusted({ settings }: ServerContext, what: string): void {
  if (settings.trusted) return;
  throw new LatheError('UNTRUSTED', `${what} would run a model, and this workspace is not trusted.`, {
    fix: 'Use "Workspaces: Manage Workspace Trust" to trust it.',
  });
}

/** This machine first, the others in their usual order. */
function targetChoices(): readonly TargetChoice[] {
  const host = findTarget('auto');
  return [host, ...targets.filter((target) => target !== host)].map((target) => ({
    name: target.name,
    title: target === host ? `This machine (${target.name})` : target.name,
    description: target.description,
    here: target === host,
  }));
}

/** Data are found for a model that cannot be read, too: only what fits it is not known. */
function readable({ models }: ServerContext, path: string): ReturnType<typeof models.load>['model'] | undefined {
  try {
    return models.load(path).model;
  } catch {
    return undefined;
  }
}
