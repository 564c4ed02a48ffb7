/** Asks a process of its own for advice: models are run for it, which the language server never does itself. */

import type { AdviceParams, RecipeAdvice } from '../../protocol/advice.ts';
import type { JobSettings } from '../../protocol/job.ts';
import { LatheError, throwIfCancelled, type ErrorCode } from '../engine/errors.ts';
import { JobProcess } from './job-process.ts';

const quiet = {
  progress: () => undefined,
  log: () => undefined,
  kept: () => undefined,
  training: () => undefined,
  partial: () => undefined,
} as const;

/** Throws what `adviseOn` throws, as it comes from the process, and `CANCELLED`. */
export async function askForAdvice(
  params: AdviceParams,
  settings: JobSettings,
  signal: AbortSignal,
): Promise<RecipeAdvice> {
  throwIfCancelled(signal);
  const job = new JobProcess({ type: 'advise', params, settings }, quiet);
  const cancel = (): void => void job.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const end = await job.ended;
    if (end.state === 'done') return end.result as RecipeAdvice;
    const { code, message, ...rest } = end.failure;
    throw new LatheError(code as ErrorCode, message, rest);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
