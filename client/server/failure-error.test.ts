import { describe, expect, it } from 'vitest';
import { failureOf, FailureError, isCancelled, sentence, serverGone } from './failure-error.ts';

describe('what was thrown', () => {
  it('keeps a failure that the server sent along', () => {
    const data = { code: 'MODEL_FORMAT', message: 'No model.', fix: 'Export it again.' };
    expect(failureOf(Object.assign(new Error('Request failed'), { code: -32803, data }))).toBe(data);
  });

  it('tells a cancel from a failure, whoever cancelled', () => {
    const canceled = Object.assign(new Error('Canceled'), { name: 'Canceled' });
    expect([canceled, Object.assign(new Error('x'), { code: -32800 }), Object.assign(new Error('x'), { code: -32802 })]
      .map(isCancelled)).toEqual([true, true, true]);
    expect(isCancelled(new Error('Canceled by nobody'))).toBe(false);
  });

  it('tells a server that went away while it was asked', () => {
    expect(failureOf(Object.assign(new Error('disposed'), { code: -32097 }))).toBe(serverGone);
  });

  it('has words for anything', () => {
    expect(failureOf('plain text').message).toBe('plain text');
    expect(failureOf(undefined).message).toBe('undefined');
    expect(failureOf({ code: 'FILE', message: 'Gone.' })).toEqual({ code: 'FILE', message: 'Gone.' });
    expect(failureOf(new TypeError('x is not a function'))).toMatchObject({ code: 'INTERNAL' });
  });

  it('survives being thrown', () => {
    expect(failureOf(new FailureError(serverGone))).toBe(serverGone);
    expect(sentence(serverGone)).toContain(serverGone.fix);
  });
});
