/** How a training run went: points of its curves, while it runs and afterwards. */

/** What the held-out part of the training data says of the weights at one moment. */
export interface ScorePoint {
  /** Steps made before. */
  readonly step: number;
  readonly value: number;
  /** Loss on the held-out part. */
  readonly loss: number;
}

/** Why a run ended where it did. */
export type TrainingEnd =
  /** All steps were made. */
  | 'done'
  /** The held-out score had not improved for long. */
  | 'early'
  /** The time was over before all steps were made. */
  | 'time'
  /** Somebody asked to stop and keep the best. */
  | 'stopped';

export interface TrainingResult {
  /** What the student learned from: "the original's outputs", "labels and the original's outputs". */
  readonly learnedFrom: string;
  /** Samples that steps learned from. */
  readonly samples: number;
  /** Samples that the score was measured on, which no step learned from; 0 where there were too few to spare. */
  readonly heldOut: number;
  readonly batch: number;
  readonly stepsMade: number;
  readonly stepsPlanned: number;
  readonly epochs: number;
  /** The largest learning rate, and whether it was found by trying. */
  readonly learningRate: number;
  readonly learningRateFound: boolean;
  /** What the score measures. */
  readonly metric: string;
  /** [step, loss], thinned out. */
  readonly losses: readonly (readonly [step: number, loss: number])[];
  /** The first is of the weights that training began with. */
  readonly scores: readonly ScorePoint[];
  /** Where the weights that were kept come from: 0 for those that training began with. */
  readonly bestStep: number;
  readonly end: TrainingEnd;
  /** The step that an interrupted run was taken up at. */
  readonly resumedAt?: number;
  readonly trainingMs: number;
}

/** What a running step tells of itself. */
export interface TrainingUpdate {
  /** Which step of the recipe: its index. */
  readonly recipeStep: number;
  readonly name: string;
  readonly stepsPlanned: number;
  readonly metric: string;
  /** New points; what a run that is taken up again told before comes first, at once. */
  readonly losses: readonly (readonly [step: number, loss: number])[];
  readonly scores: readonly ScorePoint[];
  readonly paused: boolean;
}
