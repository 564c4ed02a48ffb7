/** Where a training run stands: everything that it needs to go on after it was killed. */

import type { ScorePoint, TrainingEnd } from '../../../../protocol/results/training.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { TrainerState } from '../trainer-options.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { LossCurveFigures } from './loss-curve.ts';

export interface LoopFigures {
  readonly stepsPlanned: number;
  /** Steps between two looks at the held-out samples. */
  readonly every: number;
  readonly peak: number;
  readonly peakFound: boolean;
  /** Steps made. */
  readonly step: number;
  readonly curve: LossCurveFigures;
  readonly scores: readonly ScorePoint[];
  readonly bestStep: number;
  /** Looks since the best one, or since the loss was lowest. */
  readonly sinceBest: number;
  /** How often the rate was lowered because the loss exploded. */
  readonly relapses: number;
  readonly trainingMs: number;
  /** Of a run that is over: only what comes after it was interrupted. */
  readonly end?: TrainingEnd;
}

export interface SavedLoop {
  readonly figures: LoopFigures;
  readonly state: TrainerState;
  readonly best: TrainerState;
}

/** Where a checkpoint goes, and what it must be of. */
export interface CheckpointPlace {
  readonly path: string;
  readonly fingerprint: string;
}

type StoredFigures = LoopFigures & { readonly stateStep: number; readonly bestStateStep: number };

/** @throws LatheError `WRITE` */
export function saveLoop({ path, fingerprint }: CheckpointPlace, { figures, state, best }: SavedLoop): void {
  const stored: StoredFigures = { ...figures, stateStep: state.step, bestStateStep: best.step };
  const tensors = { ...prefixed('state/', state.tensors), ...prefixed('best/', best.tensors) };
  writeCheckpoint(path, { fingerprint, figures: stored, tensors });
}

/** undefined where there is no checkpoint of this very run. */
export function loadLoop({ path, fingerprint }: CheckpointPlace): SavedLoop | undefined {
  const checkpoint = readCheckpoint<StoredFigures>(path, fingerprint);
  if (!checkpoint) return undefined;
  const { stateStep, bestStateStep, ...figures } = checkpoint.figures;
  return {
    figures,
    state: { step: stateStep, tensors: withoutPrefix('state/', checkpoint.tensors) },
    best: { step: bestStateStep, tensors: withoutPrefix('best/', checkpoint.tensors) },
  };
}

type Tensors = Readonly<Record<string, TensorValue>>;

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}${name}`, value]));
}

function withoutPrefix(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).flatMap(([name, value]) =>
    (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])));
}
