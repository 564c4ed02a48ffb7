/** One onnxruntime session. */

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { LatheError, messageOf } from '../../errors.ts';
import type { Feeds, TensorValue } from '../../tensor/tensor-value.ts';
import type { LoadOptions, ValueMeta } from '../protocol.ts';
import { checkOutputs, fromOrtValue, toOrtTensor } from './ort-values.ts';

/** What onnxruntime threw: not a defect of this process. */
export class OrtFailure extends Error {}

async function native<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OrtFailure(messageOf(error), { cause: error });
  }
}

function metaOf(metadata: readonly InferenceSession.ValueMetadata[]): ValueMeta[] {
  return metadata.map((value) =>
    value.isTensor
      ? { name: value.name, dtype: value.type, shape: value.shape.map((dim) => (dim === '' ? null : dim)) }
      : { name: value.name, dtype: undefined, shape: undefined },
  );
}

function nativeOptions(options: LoadOptions): InferenceSession.SessionOptions {
  const { provider, optimizedModelPath, profilePrefix } = options;
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: options.optimization,
    enableMemPattern: options.memPattern,
    extra: { session: { intra_op: { allow_spinning: options.spinning ? '1' : '0' } } },
    ...(optimizedModelPath !== undefined && { optimizedModelFilePath: optimizedModelPath }),
    ...(profilePrefix !== undefined && { enableProfiling: true, profileFilePrefix: profilePrefix }),
  };
}

export class LoadedSession {
  readonly inputs: readonly ValueMeta[];
  readonly outputs: readonly ValueMeta[];
  private readonly session: InferenceSession;
  private prepared: Record<string, Tensor> = {};
  /** By input. */
  private readonly state: Record<string, Tensor> = {};

  private constructor(session: InferenceSession) {
    this.session = session;
    this.inputs = metaOf(session.inputMetadata);
    this.outputs = metaOf(session.outputMetadata);
  }

  static async load(source: string | Uint8Array, options: LoadOptions): Promise<LoadedSession> {
    const chosen = nativeOptions(options);
    return new LoadedSession(
      await native(() =>
        typeof source === 'string' ? InferenceSession.create(source, chosen) : InferenceSession.create(source, chosen),
      ),
    );
  }

  /** Runs on those of `feeds` that are inputs. */
  async run(feeds: Feeds, outputs?: readonly string[]): Promise<Map<string, TensorValue>> {
    checkOutputs(outputs ? this.outputs.filter(({ name }) => outputs.includes(name)) : this.outputs);
    const tensors = this.tensors(feeds);
    const results = await native(() => this.session.run(tensors, outputs ?? this.session.outputNames));
    return new Map(Object.entries(results).map(([name, value]) => [name, fromOrtValue(name, value)]));
  }

  hold(values: Feeds): void {
    Object.assign(this.state, this.tensors(values));
  }

  /** Runs on `feeds` and what is held; `carried` outputs are held afterwards, as the inputs that they name. */
  async advance(
    feeds: Feeds,
    outputs: readonly string[],
    carried: Readonly<Record<string, string>>,
  ): Promise<Map<string, TensorValue>> {
    checkOutputs(this.outputs.filter(({ name }) => name in carried || outputs.includes(name)));
    const inputs = { ...this.state, ...this.tensors(feeds) };
    const results = await native(() => this.session.run(inputs, [...new Set([...outputs, ...Object.keys(carried)])]));
    // Tensors that were results may be fed: nothing is copied.
    for (const [output, input] of Object.entries(carried)) {
      const value = results[output];
      if (value instanceof Tensor) this.state[input] = value;
    }
    return new Map(outputs.map((name) => [name, fromOrtValue(name, results[name]!)]));
  }

  held(names: readonly string[]): Record<string, TensorValue> {
    return Object.fromEntries(names.map((name) => {
      const tensor = this.state[name];
      if (!tensor) throw new LatheError('INTERNAL', `Nothing is held for "${name}".`, { at: { value: name } });
      return [name, fromOrtValue(name, tensor)];
    }));
  }

  prepareTiming(feeds: Feeds): void {
    checkOutputs(this.outputs);
    this.prepared = this.tensors(feeds);
  }

  /** Milliseconds that each of `runs` runs on the prepared feeds took. */
  async time(runs: number): Promise<Float64Array> {
    const milliseconds = new Float64Array(runs);
    await native(async () => {
      for (let i = 0; i < runs; i++) {
        const start = process.hrtime.bigint();
        await this.session.run(this.prepared);
        milliseconds[i] = Number(process.hrtime.bigint() - start) / 1e6;
      }
    });
    return milliseconds;
  }

  async endProfile(): Promise<void> {
    await native(async () => this.session.endProfiling());
  }

  async release(): Promise<void> {
    await native(() => this.session.release());
  }

  private tensors(feeds: Feeds): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    for (const { name } of this.inputs) {
      const value = feeds[name];
      if (value) tensors[name] = toOrtTensor(name, value);
    }
    return tensors;
  }
}
