import { describe, expect, it } from 'vitest';
import { findTarget, targetNames, targetOfProcessor, targets } from './registry.ts';

describe('targets', () => {
  it.each([
    ['x64', 'fpu sse2 avx2', 'x64'],
    ['x64', 'fpu avx512f avx512bw', 'x64'],
    ['x64', 'fpu avx512f avx512_vnni', 'x64-vnni'],
    ['x64', 'avx2 avx_vnni', 'x64-vnni'],
    ['x64', 'avx512_vnni amx_tile amx_int8', 'x64-amx'],
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

  it('says where each fact is from, and what each target runs is in its own terms', () => {
    for (const { name, facts, operators, integerOperators, runsFloat } of targets) {
      expect(facts.length, name).toBeGreaterThan(1);
      for (const { says, source } of facts) {
        expect(says, name).toMatch(/^[A-Z].*\.$/s);
        expect(source, name).toMatch(/^https:\/\/[a-z]/);
      }
      if (operators && integerOperators) {
        for (const operator of integerOperators) expect(operators.has(operator), `${name}: ${operator}`).toBe(true);
      }
      // Who has no float kernels must say which integer ones there are.
      if (!runsFloat) expect(integerOperators?.size, name).toBeGreaterThan(0);
    }
  });

  it('names the nearest target for an unknown one', () => {
    expect(() => findTarget('x64-vni')).toThrow('Unknown target "x64-vni". Did you mean "x64-vnni"?');
  });
});
