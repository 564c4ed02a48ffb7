/** One run of a network whose inner values are kept, so that changed copies of parts of it can be run from there. */

import { isFloatType } from '../../tensor/dtype.ts';
import { tensorValueFloats, type Feeds, type TensorValue } from '../../tensor/tensor-value.ts';
import { kernels } from '../observers/kernels/kernels.ts';
import type { BranchResult, OutputError } from '../protocol.ts';
import type { LoadedSession } from './loaded-session.ts';

export class Relay {
  private readonly base: LoadedSession;
  /** Outputs of the base that stay here. */
  private readonly kept: ReadonlySet<string>;
  private values = new Map<string, TensorValue>();

  constructor(base: LoadedSession, kept: readonly string[]) {
    this.base = base;
    this.kept = new Set(kept);
  }

  /** Runs the base; returns the outputs that are not kept. */
  async begin(feeds: Feeds): Promise<Record<string, TensorValue>> {
    const outputs = await this.base.run(feeds);
    this.values = new Map([...Object.entries(feeds), ...outputs]);
    return Object.fromEntries([...outputs].filter(([name]) => !this.kept.has(name)));
  }

  /**
   * Runs `sessions` one after the other. Each reads what those before it made, and what the base made otherwise.
   *
   * @param wanted whether outputs are returned besides their errors
   */
  async branch(sessions: readonly LoadedSession[], wanted: boolean): Promise<BranchResult> {
    const made = new Map<string, TensorValue>();
    for (const session of sessions) {
      const feeds: Record<string, TensorValue> = {};
      for (const { name } of session.inputs) {
        const value = made.get(name) ?? this.values.get(name);
        if (value) feeds[name] = value;
      }
      for (const [name, value] of await session.run(feeds)) made.set(name, value);
    }
    const outputs = [...made].filter(([name]) => !this.kept.has(name));
    const errors = Object.fromEntries(outputs.flatMap(([name, value]) => {
      const error = errorOf(value, this.values.get(name));
      return error ? [[name, error]] : [];
    }));
    return { outputs: wanted ? Object.fromEntries(outputs) : {}, errors };
  }
}

/** undefined where there is nothing to subtract: other types, other shapes. */
function errorOf(value: TensorValue, base: TensorValue | undefined): OutputError | undefined {
  if (!base || !isFloatType(value.dtype) || base.dtype !== value.dtype) return undefined;
  if (base.data.length !== value.data.length) return undefined;
  const seen = kernels().difference(tensorValueFloats(value), tensorValueFloats(base));
  return { signal: seen.sumOfSquaresB, noise: seen.sumOfSquaredDifferences };
}
