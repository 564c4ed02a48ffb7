/** Making inner values of a model readable, in groups whose values fit into memory together. */

import { LatheError } from '../errors.ts';
import { GraphEditor } from '../model/graph-editor.ts';
import type { Model } from '../model/model.ts';
import { staticShape } from '../model/types.ts';
import { tensorValueBytes, type Feeds } from '../tensor/tensor-value.ts';
import type { Runtime, ValueMeta } from './runtime.ts';

/**
 * `model` with `values` among its outputs, for observers. Values that nodes of subgraphs make cannot be tapped; graph
 * inputs need not be, since observers see what is fed. Outputs are left without a type: onnxruntime infers it.
 *
 * onnxruntime keeps the nodes around a tap apart, so a tapped model runs slower, and a quantized one in float between
 * taps. 'basic' optimization loses nothing by that and loads fastest: on squeezenet with all 66 values tapped the
 * levels differ by less than a tenth.
 *
 * @throws LatheError `INTERNAL` for a value that no node of the main graph makes
 */
export function tapModel(model: Model, values: Iterable<string>): Model {
  const tapped = model.clone();
  const { graph } = tapped;
  const present = new Set([...graph.outputs, ...graph.inputs].map((info) => info.name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const name of values) {
    if (present.has(name)) continue;
    if (!made.has(name)) {
      throw new LatheError('INTERNAL', `"${name}" cannot be observed: no node of the main graph makes it.`, {
        at: { value: name },
      });
    }
    present.add(name);
    graph.outputs.push({ name });
  }
  return tapped;
}

export interface ValueSize {
  readonly name: string;
  readonly meta: ValueMeta;
  /** As it was in the run that was looked at. */
  readonly dims: readonly number[];
  readonly bytes: number;
}

/**
 * Type and size of `values` when `model` runs on `feeds`. Only shapes leave the run, and only where they are not known
 * beforehand. Values that are no tensors are left out.
 */
export async function valueSizes(
  runtime: Runtime,
  model: Model,
  values: readonly string[],
  feeds: Feeds,
  signal?: AbortSignal,
): Promise<ValueSize[]> {
  const metas = await typesOf(runtime, tapModel(model, values), values, signal);
  const known = metas.map((meta) => staticShape(meta.shape));
  const unknown = metas.filter((_, i) => !known[i]).map(({ name }) => name);
  const shapes = unknown.length > 0 ? await runShapes(runtime, model, unknown, feeds, signal) : undefined;
  return metas.map((meta, i) => {
    const dims = known[i] ?? shapes!.get(meta.name)!;
    return { name: meta.name, meta, dims, bytes: tensorValueBytes({ dtype: meta.dtype!, dims }) };
  });
}

async function typesOf(
  runtime: Runtime,
  tapped: Model,
  values: readonly string[],
  signal?: AbortSignal,
): Promise<ValueMeta[]> {
  const session = await runtime.load(tapped, { optimization: 'disabled' }, signal);
  await session.release();
  const metas = new Map([...session.inputs, ...session.outputs].map((meta) => [meta.name, meta]));
  return values.map((name) => metas.get(name)!).filter((meta) => meta.dtype !== undefined);
}

async function runShapes(
  runtime: Runtime,
  model: Model,
  values: readonly string[],
  feeds: Feeds,
  signal?: AbortSignal,
): Promise<Map<string, number[]>> {
  const copy = model.clone();
  const editor = new GraphEditor(copy);
  const outputs = values.map((name) => {
    const output = editor.uniqueName(`${name}_shape`);
    editor.add({ opType: 'Shape', inputs: [name], outputs: [output] });
    return { name: output };
  });
  // Nothing but what leads to the shapes has to run.
  copy.graph.outputs = outputs;
  editor.finish();
  const session = await runtime.load(copy, { optimization: 'disabled' }, signal);
  try {
    const inputs = new Set(session.inputs.map(({ name }) => name));
    const needed = Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));
    const results = await session.run(needed, undefined, signal);
    return new Map(
      values.map((name, i) => [name, Array.from(results[outputs[i]!.name]!.data as BigInt64Array, Number)]),
    );
  } finally {
    await session.release();
  }
}

/** What the tapped values of one run may take together unless told. */
const defaultLimitBytes = 128_000_000;

/** Splits values, in their order, so that those of one group take at most `limitBytes`; a larger one goes alone. */
export function tapGroups(sizes: readonly ValueSize[], limitBytes = defaultLimitBytes): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const { name, bytes } of sizes) {
    const last = groups.at(-1);
    if (last && bytes <= room) last.push(name);
    else {
      groups.push([name]);
      room = limitBytes;
    }
    room -= bytes;
  }
  return groups;
}
