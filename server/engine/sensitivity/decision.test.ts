import { describe, expect, it } from 'vitest';
import { tensorValue } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import { decisionOf, disturbance, divergence, type Decision } from './decision.ts';
import { budgetFor, expectedTurns, pilotSamples, scheduleAfterPilot } from './schedule.ts';

function decide(scores: readonly number[], shape: readonly number[] = [1, scores.length]): Decision | undefined {
  return decisionOf({ y: tensorValue('float32', shape, Float32Array.from(scores)) }, {});
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

describe('a decision', () => {
  it('has the same margin whether the network ends in logits or in a softmax', () => {
    const logits = [1, 4.5, -2, 3];
    expect(decide(logits)).toMatchObject({ winner: 1, margin: 1.5 });
    const fromShares = decide(softmax(logits))!;
    expect(fromShares.winner).toBe(1);
    expect(fromShares.margin).toBeCloseTo(1.5, 5);
  });

  it('is none where an output has several places, or one number', () => {
    expect(decide([1, 2, 3, 4], [1, 2, 2])).toBeUndefined();
    expect(decide([1])).toBeUndefined();
  });

  it('turns exactly where the disturbance is above the margin', () => {
    const random = new Random(4);
    let turned = 0;
    for (let i = 0; i < 500; i++) {
      const logits = Array.from({ length: 6 }, () => random.normal());
      const before = decide(logits)!;
      const after = decide(logits.map((logit) => logit + 0.4 * random.normal()))!;
      const strength = disturbance(before, after);
      if (after.winner !== before.winner) turned += 1;
      expect(strength > before.margin).toBe(after.winner !== before.winner);
    }
    expect(turned).toBeGreaterThan(50);
  });

  it('diverges as the sums over the shares say', () => {
    const [a, b] = [[0.2, 1, -1], [0.5, 0.7, -0.4]];
    const [p, q] = [softmax(a), softmax(b)];
    const wanted = p.reduce((sum, share, i) => sum + share * Math.log(share / q[i]!), 0);
    expect(divergence(decide(a)!, decide(b)!)).toBeCloseTo(wanted, 6);
    expect(divergence(decide(a)!, decide(a)!)).toBe(0);
  });
});

describe('the schedule', () => {
  const layers = Array.from({ length: 40 }, (_, i) => ({
    cost: 0.5, harm: i, disturbances: Array.from({ length: 10 }, () => i / 100),
  }));
  const margins = Array.from({ length: 10 }, (_, i) => i / 5);

  it('keeps within its budget, and follows the worst layers first', () => {
    const costs = layers.map(({ cost }) => cost);
    const budget = budgetFor(costs, 1000, 1e9, false);
    const pilot = pilotSamples(costs, budget);
    const { order, head, fairSamples, followed, reach } = scheduleAfterPilot(layers, margins, pilot * 20, budget);
    expect(order[0]).toBe(39);
    let runs = pilot * 20;
    for (const [place, i] of order.entries()) {
      const fair = place < head ? fairSamples - 10 : 0;
      const exposed = margins.filter((margin) => margin < reach[i]!).length / margins.length;
      runs += 0.5 * (fair + (place < followed ? exposed * (1000 - fair) : 0));
    }
    expect(runs).toBeLessThanOrEqual(budget.runs * 1.05);
    expect(followed).toBeGreaterThan(5);
  });

  it('runs everything on everything where that is asked for, or quick', () => {
    expect(budgetFor([0.5, 1], 100, 1e3, false).runs).toBe(Infinity);
    expect(budgetFor([0.5, 1], 100, 1e12, true).runs).toBe(Infinity);
    const all = scheduleAfterPilot(layers, margins, 10, { runs: Infinity, samples: 77 });
    expect(all).toMatchObject({ head: 40, fairSamples: 77, followed: 40 });
  });

  it('expects as many turns as strengths exceed margins', () => {
    expect(expectedTurns([0.1, 0.5], [0.2, 0.3, 0.6])).toBeCloseTo(2 / 6);
    expect(expectedTurns([], [1])).toBeUndefined();
  });
});
