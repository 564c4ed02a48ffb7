import type { CauseCode } from '../../../protocol/results/analysis.ts';

/** Codes of the problems of models; docs/problems.md explains each. */
export type ModelProblemCode =
  /** The file cannot be read, or is no model. */
  | 'LTH3001'
  /** External data that is missing or does not fit. */
  | 'LTH3002'
  /** The graph breaks a rule of the ONNX format. */
  | 'LTH3003'
  /** Shapes or types that contradict each other. */
  | 'LTH3004'
  /** Batch norms that could be part of the layer before them. */
  | 'LTH3011'
  /** Constants of equal content. */
  | 'LTH3012'
  /** Nodes that nothing needs. */
  | 'LTH3013'
  /** Nodes that give what they get. */
  | 'LTH3014'
  /** Nodes whose result is always the same. */
  | 'LTH3015'
  /** A layer that loses much alone in int8. */
  | 'LTH3021'
  /** A layer that lost much in the last run. */
  | 'LTH3022'
  /** A layer that stayed in float. */
  | 'LTH3023'
  /** A metric that dropped in the last run, which trained nothing. */
  | 'LTH3024'
  /** Causes of a layer's loss; `sensitivity/causes` has one test for each. */
  | CauseCode;
