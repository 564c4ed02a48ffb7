import { describe, expect, it } from 'vitest';
import { findTarget, targetNames, targetOfProcessor, targets } from './registry.ts';

describe('targets', () => {
  it.each([
    ['x64', 'fpu sse2 avx2', 'x64'],
    ['x64', 'fpu avx512f avx512bw', 'x64'],
    ['x64', 'fpu avx512f avx512_vnni', 'x64-vnni'],
    ['x64', 'avx2 avx_vnni', 'x64-vnni'],
    ['arm64', 'asimddp', 'arm64'],
  ])('on %s with %s it is %s', (arch, flags, name) => {
    expect(targetOfProcessor({ arch, flags: new Set(flags.split(' ')) }).name).toBe(name);
  });

  it('takes a processor that hides its flags for one that saturates', () => {
    expect(targetOfProcessor({ arch: 'x64', flags: undefined }).int8.saturates).toBe(true);
  });

  it('knows every name and the machine itself', () => {
    for (const target of targets) expect(findTarget(target.name)).toBe(target);
    expect(findTarget('auto', () => ({ arch: 'arm64', flags: undefined })).name).toBe('arm64');
    expect(findTarget(undefined, () => ({ arch: 'arm64', flags: undefined })).name).toBe('arm64');
    expect(new Set(targetNames).size).toBe(targets.length + 1);
  });

  it('names the nearest target for an unknown one', () => {
    expect(() => findTarget('x64-vni')).toThrow('Unknown target "x64-vni". Did you mean "x64-vnni"?');
  });
});
