import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelOverlays, openModel, overlaysChanged } from '../../protocol/model.ts';
import type { Overlay } from '../../protocol/graph/overlay.ts';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import { runChanged, runResult, startRun, type RunRecord } from '../../protocol/runs.ts';
import { connect, samples, type TestClient } from './connect.ts';

let client: TestClient;
let uri: string;
let model: string;

beforeEach(async () => {
  client = await connect();
  model = join(client.folder, 'digits.onnx');
  copyFileSync(join(samples, 'digits.onnx'), model);
  uri = pathToFileURL(model).toString();
  await client.request(openModel, { uri });
});

afterEach(() => client.stop());

describe('an analysis under way', () => {
  it('colours the graph before it is over, and then better', async () => {
    const seen: { readonly state: RunRecord['state']; readonly overlays: readonly Overlay[] }[] = [];
    let state: RunRecord['state'] = 'queued';
    const over = new Promise<RunRecord>((resolve) => {
      client.connection.onNotification(runChanged.method, (record: RunRecord) => {
        ({ state } = record);
        if (state !== 'queued' && state !== 'running') resolve(record);
      });
    });
    client.connection.onNotification(overlaysChanged.method, () => {
      const then = state;
      void client.request(modelOverlays, { uri }).then((overlays) => seen.push({ state: then, overlays }));
    });
    const data = { data: join(samples, 'digits.data.yaml'), limit: 60 };
    const { id } = await client.request(startRun, { request: { kind: 'analyze', model, data } });
    const record = await over;
    expect(record).toMatchObject({ state: 'done' });
    const last = await client.request(modelOverlays, { uri });
    const first = seen.find((one) => one.state === 'running' && one.overlays.length > 0);
    const sqnr = first!.overlays.find((overlay) => overlay.id === 'sqnr')!;
    expect(sqnr.source).toContain('under way');
    expect(Object.keys(sqnr.values).length).toBeGreaterThan(20);
    expect(last.find((overlay) => overlay.id === 'sqnr')!.source).toContain('60 samples');
    const result = await client.request(runResult, { id }) as AnalysisResult;
    expect(result.partial).toBeUndefined();
    expect(result.layers.map(({ rank }) => rank)).toEqual(result.layers.map((_, i) => i + 1));
    // Every layer on every sample: the network is small.
    expect(result.layers.every(({ drop, samples: ran }) => drop !== null && ran === 60)).toBe(true);
  });
});
