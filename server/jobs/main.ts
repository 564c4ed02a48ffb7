/** The process of one run: does what the language server tells it, says how it goes, and ends. */

import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { FromJob, JobSettings, JobTask, ToJob } from '../../protocol/job.ts';
import type { Steering } from '../../protocol/runs.ts';
import { cancelled, isCancelled } from '../engine/errors.ts';
import { physicalCores } from '../engine/runtime/cores.ts';
import { TrainingSwitch } from '../engine/train/run/control.ts';
import { failureOf } from '../engine/util/failure.ts';
import { adviseOn } from './advise-on.ts';
import { carryOut, type WorkOptions } from './carry-out.ts';
import { jobFolderPrefix } from './job-folder.ts';

/** A message is cheap, but not free: loops report every step. */
const progressIntervalMs = 50;

const training = new TrainingSwitch();
const controller = new AbortController();
const { signal } = controller;

/** Resolves when the message is on its way: the process may end then. */
function tell(message: FromJob): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}

function workOptions({ threads, seed }: JobSettings): WorkOptions {
  let phase = '';
  let told = 0;
  return {
    threads: threads > 0 ? threads : physicalCores(),
    seed,
    signal,
    progress: (next, done, total) => {
      const now = performance.now();
      const last = total > 0 && done >= total;
      if (next === phase && !last && now - told < progressIntervalMs) return;
      phase = next;
      told = now;
      void tell({ type: 'progress', progress: { phase, done, total } });
    },
    log: (line) => void tell({ type: 'log', line }),
    onResult: (state, path) => void tell({ type: 'result', state, path }),
    onTraining: (update) => void tell({ type: 'training', update }),
    control: training,
    onPartial: (result) => void tell({ type: 'partial', result }),
  };
}

async function work(message: JobTask): Promise<void> {
  const options = workOptions(message.settings);
  let last: FromJob;
  try {
    const result = message.type === 'advise'
      ? await adviseOn(message.params, options)
      : await carryOut(message.request, options, message.settings.provider);
    last = { type: 'done', result };
  } catch (error) {
    // Whatever fails after a cancel fails because of it.
    last = { type: 'failed', failure: failureOf(signal.aborted && !isCancelled(error) ? cancelled() : error) };
  }
  await tell(last);
  process.exit(0);
}

function steer(steering: Steering): void {
  switch (steering) {
    case 'pause':
      training.pause();
      break;
    case 'resume':
      training.resume();
      break;
    case 'stop':
      training.stopAndKeep();
  }
}

/** A defect outside of the work's own promises: told like any other failure. */
async function defect(error: unknown): Promise<void> {
  await tell({ type: 'failed', failure: failureOf(error) });
  process.exit(1);
}

process.on('uncaughtException', (error) => void defect(error));
process.on('unhandledRejection', (error) => void defect(error));
// Whoever started this process decides what an interrupt from a terminal means.
process.on('SIGINT', () => undefined);
process.on('message', (message: ToJob) => {
  switch (message.type) {
    case 'cancel':
      controller.abort();
      break;
    case 'steer':
      steer(message.steering);
      break;
    case 'start':
    case 'advise':
      void work(message);
  }
});
process.on('disconnect', () => {
  // Nobody is left to tell: ends with all processes that were started for the run, and leaves nothing behind.
  const folder = process.cwd();
  if (basename(folder).startsWith(jobFolderPrefix)) rmSync(folder, { recursive: true, force: true });
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  process.exit(1);
});
