/** What a user is told of a job process that ended without a word. */

import type { Failure } from '../../protocol/failure.ts';

const again = 'Run it again. When it fails again, use "Lathe: Copy Diagnostics" and report it.';

const outOfMemory = /heap out of memory|Array buffer allocation failed|std::bad_alloc/i;

/** Whether a line of a process's output says why it ends: long stack traces come after it. */
export function isLastWord(line: string): boolean {
  return outOfMemory.test(line) || line.startsWith('FATAL ERROR');
}

/**
 * @param cause "signal SIGKILL", "exit code 1"
 * @param lastLines of the process's output
 * @param kept path of the best result so far
 */
export function crashFailure(cause: string, lastLines: readonly string[], kept: string | undefined): Failure {
  const detail = lastLines.join('\n');
  const rest = kept === undefined ? '' : ` The best result so far is kept: ${kept}`;
  const failure = (message: string, fix: string): Failure => ({
    code: 'JOB_CRASH',
    message: `${message}${rest}`,
    ...(detail !== '' && { detail }),
    fix,
  });
  if (outOfMemory.test(detail)) {
    return failure(
      `The process of the run was out of memory (${cause}).`,
      'Close other programs, use fewer samples (limit), or leave large layers as they are.',
    );
  }
  if (cause === 'signal SIGKILL') {
    return failure(
      `The process of the run was ended from outside (${cause}).`,
      'The system may have ended it for want of memory: close other programs, or use fewer samples (limit).',
    );
  }
  if (cause === 'signal SIGTERM' || cause === 'signal SIGHUP') {
    return failure(`The process of the run was ended from outside (${cause}).`, 'Run it again.');
  }
  return failure(`The process of the run crashed (${cause}).`, again);
}
