/**
 * What onnxruntime makes of a model that was read and written: the same as of the original file, to the last bit. Every
 * conformance model of ONNX is run on its first recorded inputs where LATHE_CONFORMANCE names a folder that holds them,
 * at any depth. What onnxruntime refuses, or dies of, it must refuse or die of in the same way.
 */

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LatheError } from '../../server/engine/errors.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { encodeModel, writeModel } from '../../server/engine/formats/onnx/write.ts';
import type { Graph } from '../../server/engine/model/graph.ts';
import { Runtime } from '../../server/engine/runtime/runtime.ts';
import type { Feeds, TensorValue } from '../../server/engine/tensor/tensor-value.ts';
import { modelsIn, recordedInputs } from './collection.ts';

const root = process.env['LATHE_CONFORMANCE'];
const skipped = root === undefined ? ' (skipped: LATHE_CONFORMANCE is not set)' : '';

/**
 * How often the original is run again where results differ: onnxruntime's sums depend on where its buffers start, so
 * one session alternates between two last bits. The results must be some that the original gives, to the bit.
 */
const otherSums = 40;

interface Outcome {
  /** `ran`, `refused` when loaded, `not run` when loaded but not run, or `aborted`. */
  readonly kind: 'ran' | 'refused' | 'not run' | 'aborted';
  /** What onnxruntime said. */
  readonly detail?: string | undefined;
  readonly outputs?: Readonly<Record<string, TensorValue>>;
}

async function outcome(runtime: Runtime, bytes: Uint8Array, feeds: Feeds): Promise<Outcome> {
  let loaded = false;
  try {
    const session = await runtime.load(bytes);
    loaded = true;
    try {
      return { kind: 'ran', outputs: await session.run(feeds) };
    } finally {
      await session.release();
    }
  } catch (error) {
    if (!(error instanceof LatheError)) throw error;
    if (error.code === 'RUNTIME_CRASH') return { kind: 'aborted' };
    return { kind: loaded ? 'not run' : 'refused', detail: `${error.code}: ${error.message} ${error.detail ?? ''}` };
  }
}

/** Type, dims and elements; the elements as the bytes they are, so that NaN and -0 count. */
function exactly({ dtype, dims, data }: TensorValue, random: boolean): unknown {
  if (random) return { dtype, dims };
  const bytes = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
    : data;
  return { dtype, dims, bytes };
}

function compared({ kind, detail, outputs }: Outcome, random: boolean): unknown {
  const values = Object.entries(outputs ?? {}).map(([name, value]) => [name, exactly(value, random)]);
  return { kind, detail, outputs: Object.fromEntries(values) as unknown };
}

/** Operators that give other numbers in each run; so does Dropout when it trains. */
const randomOperators = [
  'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Bernoulli', 'Multinomial',
];

function isRandom(graph: Graph, name: string): boolean {
  return graph.nodes.some((node) => node.is(...randomOperators)
    || (node.is('Dropout') && name.includes('training'))
    || node.subgraphs().some((subgraph) => isRandom(subgraph, name)));
}

describe.skipIf(root === undefined)(`conformance models in onnxruntime, read and written${skipped}`, () => {
  const names = root === undefined ? [] : modelsIn(root);
  const counts: Record<Outcome['kind'], number> = { 'ran': 0, 'refused': 0, 'not run': 0, 'aborted': 0 };
  let runtime: Runtime;
  let folder: string;

  beforeAll(async () => {
    runtime = await Runtime.start({ threads: 1 });
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-conformance-'));
  });

  afterAll(async () => {
    await runtime.close();
    fs.rmSync(folder, { recursive: true });
  });

  it.each(names)('%s', async (name) => {
    const file = path.join(root!, name);
    const model = readModel(file);
    const feeds = recordedInputs(file, model);
    const bytes = encodeModel(model);
    const written = path.join(folder, 'model.onnx');
    writeModel(model, written);
    expect(fs.readFileSync(written).equals(bytes), 'a file holds other bytes than memory').toBe(true);
    const original = await outcome(runtime, fs.readFileSync(file), feeds);
    const again = await outcome(runtime, bytes, feeds);
    counts[original.kind] += 1;
    const random = isRandom(model.graph, name);
    const actual = compared(again, random);
    let expected = compared(original, random);
    for (let i = 0; i < otherSums && original.kind === 'ran' && !isDeepStrictEqual(actual, expected); i++) {
      expected = compared(await outcome(runtime, fs.readFileSync(file), feeds), random);
    }
    expect(actual).toEqual(expected);
  });

  it('are run mostly', () => {
    expect(names.length).toBeGreaterThan(0);
    expect(counts.ran / names.length, JSON.stringify(counts)).toBeGreaterThan(0.75);
  });
});
