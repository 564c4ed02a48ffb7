import { describe, expect, it } from 'vitest';
import { memoryData, passContext } from '../../../../test/passes/pass-context.ts';
import { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { tensorInfo } from '../../model/types.ts';
import type { Observation, Runtime, Session } from '../../runtime/runtime.ts';
import { decibels } from '../../tensor/affine.ts';
import type { Judge, Verdict } from '../pass.ts';
import type { Candidate, CandidateLayer, CandidateMaker, KeptLayers, LayerMode } from './candidates.ts';
import { searchWithinGoal } from './search.ts';

interface FakeLayer {
  readonly name: string;
  /** How much the metric drops, and how much noise there is at the output, in each mode; float costs nothing. */
  readonly int8: number;
  readonly weights?: number;
  /** Milliseconds that int8 saves; negative where float is faster. */
  readonly savesMs?: number;
  readonly weightBytes?: number;
}

const floatMs = 100;

/** Layers whose costs simply add up. A candidate's model is a name that says which layer is in which mode. */
class FakeNetwork implements CandidateMaker, Judge {
  readonly prepared: Model;
  readonly prefer = 'size';
  readonly maxDrop: number;
  readonly evaluated: Record<string, LayerMode>[] = [];
  readonly kept: Verdict[] = [];
  private readonly layers: readonly FakeLayer[];
  private readonly modes = new Map<Model, Record<string, LayerMode>>();

  constructor(layers: readonly FakeLayer[], maxDrop: number) {
    this.layers = layers;
    this.maxDrop = maxDrop;
    this.prepared = this.model(Object.fromEntries(layers.map(({ name }) => [name, 'float' as const])));
  }

  private model(modes: Record<string, LayerMode>): Model {
    const model = new Model();
    model.graph.outputs = [tensorInfo('y', 'float32', [1])];
    model.graph.metadata = new Map([['modes', JSON.stringify(modes)]]);
    for (const { name, weightBytes = 1000 } of this.layers) {
      const size = modes[name] === 'float' ? weightBytes : weightBytes / 4;
      model.graph.initializers.set(name, Tensor.fromBytes(name, 'int8', [size], new Int8Array(size)));
    }
    this.modes.set(model, modes);
    return model;
  }

  make(kept: KeptLayers = new Map()): Candidate {
    const modeOf = (name: string): LayerMode => kept.get(name)?.mode ?? 'int8';
    const modes = Object.fromEntries(this.layers.map(({ name }) => [name, modeOf(name)]));
    const layers = this.layers.map(({ name, weightBytes = 1000 }): CandidateLayer => {
      const mode = modes[name]!;
      return { name, opType: 'Conv', mode, action: mode, weightBytes };
    });
    return { model: this.model(modes), layers };
  }

  /** What a model costs; the runtime gets a copy of it, so its name tells. */
  cost(model: Model): number {
    const modes = JSON.parse(model.graph.metadata!.get('modes')!) as Record<string, LayerMode>;
    return this.layers.reduce((sum, layer) => {
      const mode = modes[layer.name];
      return sum + (mode === 'int8' ? layer.int8 : mode === 'weights' ? (layer.weights ?? 0) : 0);
    }, 0);
  }

  evaluate(model: Model): Promise<Verdict> {
    this.evaluated.push(this.modes.get(model)!);
    const drop = this.cost(model);
    return Promise.resolve({ metric: 'top1', value: 1 - drop, samples: 10, drop, dropCi95: [drop, drop] as const });
  }

  latencies(models: readonly Model[]): Promise<number[]> {
    return Promise.resolve(models.map((model) => {
      const modes = this.modes.get(model)!;
      return this.layers.reduce((ms, { name, savesMs = 1 }) => ms - (modes[name] === 'int8' ? savesMs : 0), floatMs);
    }));
  }

  keep(_model: Model, verdict: Verdict): Promise<void> {
    this.kept.push(verdict);
    return Promise.resolve();
  }

  /** A runtime that "measures" the error of a model's output as its cost. */
  runtime(): Runtime {
    const load = (model: Model): Promise<Session> => {
      const session = { model, run: () => Promise.resolve({}), release: () => Promise.resolve() };
      return Promise.resolve(session as unknown as Session);
    };
    const observe = (sessions: readonly Session[]): Promise<Observation> => {
      const noisePower = this.cost((sessions[1] as unknown as { model: Model }).model);
      const result = { kind: 'error', tap: 'y', signalPower: 1, noisePower, sqnrDb: decibels(1, noisePower) };
      return Promise.resolve({
        observe: () => Promise.resolve(),
        collect: () => Promise.resolve([result]),
        close: () => Promise.resolve(),
      } as unknown as Observation);
    };
    return { load, observe } as unknown as Runtime;
  }
}

async function search(network: FakeNetwork): Promise<{ modes: Record<string, LayerMode>; notes: string[] }> {
  const context = passContext(network.runtime(), { judge: network, calibration: memoryData([{}]) });
  const { result, notes } = await searchWithinGoal(network, context);
  const modes = Object.fromEntries(result.layers.map(({ name, mode }) => [name, mode]));
  return { modes, notes: notes.map(({ message }) => message) };
}

function widened(modes: Record<string, LayerMode>): string[] {
  return Object.keys(modes).filter((name) => modes[name] !== 'int8');
}

describe('the search for the accuracy goal', () => {
  it('quantizes all without a judge', async () => {
    const network = new FakeNetwork([{ name: 'a', int8: 9 }, { name: 'b', int8: 9 }], 0.1);
    const { result, notes } = await searchWithinGoal(network, passContext(network.runtime()));
    expect(result.layers.map(({ mode }) => mode)).toEqual(['int8', 'int8']);
    expect(notes).toEqual([]);
  });

  it('keeps all integer where the goal holds, after one evaluation', async () => {
    const network = new FakeNetwork([{ name: 'a', int8: 0.01 }, { name: 'b', int8: 0.02 }], 0.1);
    expect(widened((await search(network)).modes)).toEqual([]);
    expect(network.evaluated.length).toBe(1);
    expect(network.kept.length).toBe(1);
  });

  // Costs 1 to 12 in mixed order: the goal tells how many of the worst must go.
  const costs = [3, 11, 6, 1, 9, 12, 2, 8, 5, 10, 4, 7];
  it.each([0, 1, 3, 6, 10, 21, 40, 66, 67, 77])('widens as few layers as suffice for a drop of %i', async (maxDrop) => {
    const network = new FakeNetwork(costs.map((int8) => ({ name: `l${int8}`, int8 })), maxDrop);
    const { modes, notes } = await search(network);
    // Dropping the worst first: the sum of the n cheapest is n(n + 1) / 2.
    let staying = 0;
    while (((staying + 1) * (staying + 2)) / 2 <= maxDrop) staying += 1;
    const worst = costs.filter((cost) => cost > staying).map((cost) => `l${cost}`);
    expect(widened(modes).sort()).toEqual(worst.sort());
    expect(new Set(Object.values(modes)).has('float')).toBe(false);
    expect(notes.length).toBe(1);
    expect(network.evaluated.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(12)));
  });

  it('leaves layers float only where integer weights alone miss the goal', async () => {
    const layers = [{ name: 'a', int8: 5, weights: 4 }, { name: 'b', int8: 1, weights: 0.5 }];
    expect((await search(new FakeNetwork(layers, 1))).modes).toEqual({ a: 'float', b: 'int8' });
    expect((await search(new FakeNetwork(layers, 5))).modes).toEqual({ a: 'weights', b: 'int8' });
  });

  it('gives up small layers before large ones that are as noisy', async () => {
    const layers = [{ name: 'large', int8: 2, weightBytes: 1e5 }, { name: 'small', int8: 1.9, weightBytes: 100 }];
    expect((await search(new FakeNetwork(layers, 2))).modes).toEqual({ large: 'int8', small: 'weights' });
  });

  it('keeps the nearest model when the goal cannot be met', async () => {
    const network = new FakeNetwork([{ name: 'a', int8: 5 }, { name: 'b', int8: 1 }], -1);
    const { modes, notes } = await search(network);
    expect(widened(modes)).toEqual(['a', 'b']);
    expect(notes.at(-1)).toContain('missed');
    expect(Math.min(...network.kept.map(({ drop }) => drop))).toBe(0);
  });
});

describe('layers that are faster in float', () => {
  const quick = { int8: 0.01, weightBytes: 1e5, savesMs: 5 };

  it('are left float where that gains enough, and stay so in the search', async () => {
    const slow = { name: 'a', int8: 0.5, savesMs: -40, weightBytes: 100 };
    const layers = [slow, { ...quick, name: 'b' }, { ...quick, name: 'c', int8: 3 }, { ...quick, name: 'd' }];
    const { modes, notes } = await search(new FakeNetwork(layers, 1));
    expect(modes).toEqual({ a: 'float', b: 'int8', c: 'weights', d: 'int8' });
    expect(notes[0]).toContain('a stay float');
  });

  it('stay integer where the gain is noise or float costs too many bytes', async () => {
    const rest = [{ ...quick, name: 'b' }, { ...quick, name: 'c' }];
    const little = { name: 'a', int8: 0, savesMs: -2, weightBytes: 100 };
    expect(widened((await search(new FakeNetwork([little, ...rest], 1))).modes)).toEqual([]);
    const large = { name: 'a', int8: 0, savesMs: -9, weightBytes: 1e5 };
    expect(widened((await search(new FakeNetwork([large, ...rest], 1))).modes)).toEqual([]);
  });

  it('only store their weights as integers when the whole model would be slower than in float', async () => {
    const layers = [{ ...quick, name: 'a', savesMs: -20 }, { ...quick, name: 'b', savesMs: -20 }];
    const { modes, notes } = await search(new FakeNetwork(layers, 1));
    expect(modes).toEqual({ a: 'weights', b: 'weights' });
    expect(notes[0]).toContain('1.40 times as long');
  });
});
