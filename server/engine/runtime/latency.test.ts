import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endlessModel, floats, smallModel } from '../../../test/runtime/small-models.ts';
import { encodeModel } from '../formats/onnx/write.ts';
import type { Model } from '../model/model.ts';
import { measureLatency, type LatencyOptions } from './latency.ts';

/** `count` products of 64x64 matrices one after the other. */
function products(count: number): Model {
  return smallModel({
    inputs: [['m0', [64, 64]]],
    outputs: [[`m${count}`, [64, 64]]],
    nodes: Array.from({ length: count }, (_, i) => ({
      opType: 'MatMul',
      inputs: [`m${i}`, 'm0'],
      outputs: [`m${i + 1}`],
    })),
  });
}

const feeds = { m0: floats([64, 64], Array.from({ length: 4096 }, (_, i) => Math.sin(i) / 64)) };
const quick: LatencyOptions = { threads: 1, maxSeconds: 0.6, minRuns: 20 };

describe('measuring latency', () => {
  it('tells a model from one of a hundred times the work', async () => {
    const shares: number[] = [];
    const { runs, ratios } = await measureLatency(
      [
        { label: 'long', source: products(300), feeds },
        { label: 'short', source: encodeModel(products(3)), feeds },
      ],
      quick,
      (share) => shares.push(share),
    );
    expect(runs.map(({ label }) => label)).toEqual(['long', 'short']);
    for (const { latencyMs, throughput, peakRssBytes, baseRssBytes, samplesMs, threads, provider, batch } of runs) {
      expect(latencyMs.ci95[0]).toBeLessThanOrEqual(latencyMs.median);
      expect(latencyMs.ci95[1]).toBeGreaterThanOrEqual(latencyMs.median);
      expect(latencyMs.p95).toBeGreaterThanOrEqual(latencyMs.median);
      expect(latencyMs.undisturbed).toBeLessThanOrEqual(latencyMs.median);
      expect(latencyMs.undisturbed).toBeGreaterThanOrEqual(Math.min(...samplesMs));
      expect(throughput).toBeCloseTo(1000 / latencyMs.mean, 6);
      expect(samplesMs.length).toBeGreaterThan(3);
      expect(Math.min(...samplesMs)).toBeGreaterThan(0);
      expect(peakRssBytes).toBeGreaterThan(baseRssBytes);
      expect({ threads, provider, batch }).toEqual({ threads: 1, provider: 'cpu', batch: 1 });
    }
    expect(ratios).toHaveLength(1);
    const [{ a, b, latency }] = ratios as [(typeof ratios)[0]];
    expect([a, b]).toEqual([0, 1]);
    expect(latency.median).toBeCloseTo(runs[0]!.latencyMs.undisturbed / runs[1]!.latencyMs.undisturbed, 9);
    expect(latency.ci95[0]).toBeLessThanOrEqual(latency.median);
    expect(latency.ci95[1]).toBeGreaterThanOrEqual(latency.median);
    expect(latency.median).toBeGreaterThan(1);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((x, y) => x - y));
  });

  it('compares every two of several models', async () => {
    const models = [1, 2, 3].map((count) => ({ label: String(count), source: products(count), feeds }));
    const { ratios } = await measureLatency(models, { ...quick, maxSeconds: 0.2 });
    expect(ratios.map(({ a, b }) => [a, b])).toEqual([[0, 1], [0, 2], [1, 2]]);
  });

  it('counts the rows of a batch', async () => {
    const model = { label: 'm', source: products(1), feeds };
    const { runs } = await measureLatency([model], { ...quick, maxSeconds: 0.2, batch: 64 });
    expect(runs[0]!.throughput).toBeCloseTo(64_000 / runs[0]!.latencyMs.mean, 6);
  });

  it('can be cancelled, and leaves nothing behind', async () => {
    const tempDir = await mkdtemp(join(tmpdir(), 'latency-test-'));
    const controller = new AbortController();
    const models = [
      { label: 'short', source: products(1), feeds },
      { label: 'endless', source: endlessModel(), feeds: { x: floats([1], [0]) } },
    ];
    const measured = measureLatency(
      models,
      { ...quick, tempDir, maxSeconds: 60 },
      () => setTimeout(() => controller.abort(), 100),
      controller.signal,
    );
    await expect(measured).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(tempDir)).toEqual([]);
    await rm(tempDir, { recursive: true });
  });

  it('says which input is wrong', async () => {
    const model = { label: 'm', source: products(1), feeds: { m0: floats([1], [1]) } };
    await expect(measureLatency([model], quick)).rejects.toMatchObject({ code: 'RUNTIME', at: { value: 'm0' } });
  });
});
