/** Networks that take a batch, and what their answers look like. */

import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import { batchedInputs, liftBatch, verifyBatch } from '../../runtime/batching.ts';
import type { Runtime, SessionOptions } from '../../runtime/runtime.ts';
import type { Feeds } from '../../tensor/tensor-value.ts';
import { findHead, isScores, withHead, type Head } from './head.ts';

/** A network as it is run in training: with its answers as outputs. */
export interface Batched {
  /** Takes any batch, or a batch of one only. */
  readonly model: Model;
  readonly takesBatch: boolean;
  readonly kind: 'scores' | 'outputs';
  /** Outputs of `model`. */
  readonly values: readonly string[];
  /** By value: shape for a batch of one. */
  readonly dims: readonly (readonly number[])[];
}

export interface BatchedOptions {
  readonly runtime: Runtime;
  /** Two or three samples to try batches on. */
  readonly samples: readonly Feeds[];
  /** Outputs that are state (see `Dataset.carry`). */
  readonly carried: readonly string[];
  readonly session: SessionOptions;
  /** How onnxruntime runs the model, where it has operators that only training knows. */
  readonly runnable: (model: Model) => Model;
  /** Prefix of the names of added values. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws LatheError `UNSUPPORTED` for a model without floating-point outputs, and what running it throws */
export async function batched(given: Model, options: BatchedOptions): Promise<Batched> {
  const { runtime, samples, signal, carried, runnable, name } = options;
  const lifted = (batchedInputs(given).size > 0 ? undefined : liftBatch(given)) ?? given;
  const takesBatch = await verifyBatch(runtime, runnable(given), runnable(lifted), samples, signal);
  const model = takesBatch ? lifted : given;
  const results = model.graph.outputs.map((output) => output.name).filter((output) => !carried.includes(output));
  const head = findHead(model, results);
  const dims = await shapesOf(model, head, options);
  const scores = isScores(head, dims[0]!);
  const asOutputs: Head = head.kind === 'outputs' ? head : { kind: 'outputs', values: results };
  const answer = withHead(model, scores ? head : asOutputs, dims[0]!, `${name}/scores`);
  const shapes = scores ? await shapesOf(answer.model, { kind: 'outputs', values: answer.values }, options) : dims;
  return {
    model: answer.model,
    takesBatch,
    kind: scores ? 'scores' : 'outputs',
    values: answer.values,
    dims: shapes,
  };
}

async function shapesOf(model: Model, head: Head, options: BatchedOptions): Promise<(readonly number[])[]> {
  const { runtime, runnable, session: settings, samples, signal } = options;
  const values = head.kind === 'scores' ? [head.value] : head.values;
  const probe = model.clone();
  probe.graph.outputs = values.map((name) => ({ name }));
  const session = await runtime.load(runnable(probe), settings, signal);
  try {
    const outputs = await session.run(samples[0]!, values, signal);
    return values.map((value) => outputs[value]!.dims);
  } finally {
    await session.release();
  }
}


/** @throws LatheError `DATA` when two networks do not answer alike */
export function checkSameAnswers(student: Batched, teacher: Batched): void {
  const shapes = ({ dims }: Batched): string => dims.map((shape) => `[${shape.slice(1).join(', ')}]`).join(' and ');
  if (student.kind === teacher.kind && shapes(student) === shapes(teacher)) return;
  throw new LatheError('DATA', `The student answers with ${shapes(student)} and the teacher with ${shapes(teacher)}.`, {
    fix: 'Take a student and a teacher with the same outputs.',
  });
}
