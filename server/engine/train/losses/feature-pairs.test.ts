import { describe, expect, it } from 'vitest';
import { Network } from '../../../../test/passes/network.ts';
import type { Model } from '../../model/model.ts';
import { featurePairs } from './feature-pairs.ts';

/** Two stages, of 8x8 and 4x4, then pooled scores. */
function network(width: number, depth: number): Model {
  const net = new Network(1);
  net.input('x', ['n', 3, 8, 8]);
  let [value, channels] = ['x', 3];
  for (const stage of [1, 2]) {
    for (let layer = 0; layer < depth; layer++) {
      const strides = stage === 2 && layer === 0 ? [2, 2] : [1, 1];
      const name = `stage${stage}.${layer}`;
      value = net.relu(`${name}.relu`, net.conv(`${name}.conv`, value, [channels, stage * width], { strides }));
      channels = stage * width;
    }
  }
  const pooled = net.node('Flatten', 'flat', [net.node('GlobalAveragePool', 'pool', [value])]);
  net.gemm('scores', pooled, [channels, 5]);
  net.output('scores', ['n', 5]);
  return net.model();
}

describe('featurePairs', () => {
  it('pairs the ends of stages of networks of other widths and depths', () => {
    expect(featurePairs(network(4, 1), network(8, 3))).toEqual([
      { student: 'stage1.0.relu', teacher: 'stage1.2.relu', axis: 1, channels: { student: 4, teacher: 8 } },
      { student: 'stage2.0.relu', teacher: 'stage2.2.relu', axis: 1, channels: { student: 8, teacher: 16 } },
    ]);
  });

  it('pairs the end of a sequence', () => {
    const encoder = (width: number): Model => {
      const net = new Network(1);
      net.input('x', ['n', 6, 10]);
      net.constant('w', [10, width]);
      net.node('MatMul', 'hidden', ['x', 'w']);
      net.node('ReduceMean', 'y', [net.node('Tanh', 'active', ['hidden'])]);
      net.output('y', [1, 1, 1]);
      return net.model();
    };
    expect(featurePairs(encoder(4), encoder(7))).toEqual([
      { student: 'active', teacher: 'active', axis: -1, channels: { student: 4, teacher: 7 } },
    ]);
  });

  it('finds nothing where no resolution is shared', () => {
    const other = new Network(1);
    other.input('x', ['n', 3, 9, 9]);
    other.relu('y', other.conv('only', 'x', [3, 2]));
    other.output('y', ['n', 2, 9, 9]);
    expect(featurePairs(other.model(), network(4, 1))).toEqual([]);
  });
});
