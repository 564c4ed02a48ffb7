import { describe, expect, it } from 'vitest';
import { matchesGlob } from './glob.ts';

describe('glob', () => {
  it.each<[string, string, boolean]>([
    ['conv1', 'conv1', true],
    ['conv1', 'conv10', false],
    ['Conv', '/block/Conv', false],
    ['/classifier/*', '/classifier/Gemm', true],
    ['/classifier/*', '/classifier/0/Gemm', false],
    ['/classifier/**', '/classifier/0/Gemm', true],
    ['/classifier/**', '/classifier', true],
    ['/classifier/**', '/classifiers/x', false],
    ['/a/**/Conv', '/a/Conv', true],
    ['/a/**/Conv', '/a/b/c/Conv', true],
    ['/a/**/Conv', '/a/b/Convert', false],
    ['**/Conv', '/a/b/Conv', true],
    ['**/Conv', 'Conv', false],
    ['**', '/anything/at all', true],
    ['*', '/features/3/conv/Conv', true],
    ['*', 'conv1', true],
    ['Conv_*', '/block/Conv_3', true],
    ['Conv_*', '/Conv_3/Relu', false],
    ['conv?', 'conv1', true],
    ['conv?', 'conv12', false],
    ['a?b', 'a/b', false],
    ['CONV*', 'conv1', false],
    ['{conv1,fc}', 'fc', true],
    ['{conv1,fc}', 'fc2', false],
    ['/b{1,2/{x,y}}/*', '/b2/y/Conv', true],
    ['/b{1,2/{x,y}}/*', '/b2/z/Conv', false],
    ['/b{1,2/{x,y}}/*', '/b1/Conv', true],
    ['features.3.*', 'features.3.conv', true],
    ['features.3.*', 'featuresX3.conv', false],
    ['Conv(out+1)*', 'Conv(out+1)', true],
    ['a{b', 'a{b', true],
    ['\\*x', '*x', true],
    ['\\*x', 'ax', false],
    ['[ab]*', 'a', false],
    ['été*', 'été_1', true],
  ])('%s on %s: %s', (pattern, name, matches) => {
    expect(matchesGlob(pattern, name)).toBe(matches);
  });
});
