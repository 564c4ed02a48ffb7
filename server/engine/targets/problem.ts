/** One thing that a target does not do, or does badly, with a model. */

/** Stable codes; docs/problems.md explains each. */
export type TargetProblemCode =
  /** Opset newer than the target reads. */
  | 'LTH1001'
  /** Opset older than the target promises to run. */
  | 'LTH1002'
  /** An operator that falls back to the processor. */
  | 'LTH1003'
  /** An input whose shape is not fixed, where it must be. */
  | 'LTH1004'
  /** An operator that onnxruntime does not have. */
  | 'LTH1005'
  /** Sums of int8 products that saturate on the target. */
  | 'LTH1006'
  /** Quantized activations of a type that the target's int8 layers do not take. */
  | 'LTH1007'
  /** Activations that are not centred on zero, where they must be. */
  | 'LTH1008'
  /** A quantized model where the target has no int8 layers. */
  | 'LTH1009'
  /** Float types that the target does not compute in. */
  | 'LTH1010'
  /** An operator without an integer kernel, where there are no float ones. */
  | 'LTH1011'
  /** An option of a recipe that asks for what the target does not run. */
  | 'LTH1012';

export interface TargetProblem {
  readonly code: TargetProblemCode;
  readonly severity: 'error' | 'warning' | 'info';
  /** The node, or input, that it is about; null for the whole model. */
  readonly node: string | null;
  readonly message: string;
  readonly fix: string;
}
