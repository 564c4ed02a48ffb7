import { describe, expect, it } from 'vitest';
import { crashFailure } from './crash.ts';

describe('a job process that ended without a word', () => {
  it.each<[string, readonly string[], RegExp, RegExp]>([
    ['signal SIGKILL', [], /ended from outside \(signal SIGKILL\)/, /want of memory/],
    ['signal SIGTERM', [], /ended from outside \(signal SIGTERM\)/, /^Run it again\.$/],
    ['signal SIGABRT', ['FATAL ERROR: Reached heap limit - JavaScript heap out of memory'], /out of memory/, /limit/],
    ['signal SIGSEGV', ['  at f (x.js:1)'], /crashed \(signal SIGSEGV\)/, /Copy Diagnostics/],
    ['exit code 7', [], /crashed \(exit code 7\)/, /Copy Diagnostics/],
  ])('%s %j', (cause, lines, message, fix) => {
    const failure = crashFailure(cause, lines, undefined);
    expect(failure).toMatchObject({
      code: 'JOB_CRASH',
      message: expect.stringMatching(message) as string,
      fix: expect.stringMatching(fix) as string,
    });
    expect(failure.detail).toBe(lines.length === 0 ? undefined : lines.join('\n'));
  });

  it('names the best result that it had reached', () => {
    expect(crashFailure('exit code 1', [], '/m/a.onnx').message).toBe(
      'The process of the run crashed (exit code 1). The best result so far is kept: /m/a.onnx',
    );
  });
});
