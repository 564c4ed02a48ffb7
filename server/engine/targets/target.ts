/** What a deployment target is: data that passes, advice and checks read. */

/** How int8 matrix products behave on a processor; decides the types and ranges of a quantized model. */
export interface Int8Arithmetic {
  /**
   * `true` where products of unsigned activations and signed weights are added pairwise in 16 bits with saturation
   * (x64 AVX2 and AVX-512 without VNNI: `vpmaddubsw`), so that large weights give wrong sums.
   */
  readonly saturates: boolean;
}

export interface Target {
  /** What users write: `x64-vnni`. */
  readonly name: string;
  readonly description: string;
  /** onnxruntime's execution provider, as its own documentation spells it. */
  readonly provider: string;
  /** Highest opset of the standard domain that the target runs. */
  readonly maxOpset: number;
  /** Lowest opset that the target promises to run. */
  readonly minOpset: number;
  readonly int8: Int8Arithmetic;
  /** Types of activations that its int8 kernels take, best first. */
  readonly activationTypes: readonly ('uint8' | 'int8' | 'uint16' | 'int16')[];
  readonly weightTypes: readonly ('int8' | 'uint8')[];
  /** Whether per-channel weights are supported. */
  readonly perChannel: boolean;
  /** Whether quantized activations must be centred on zero. */
  readonly symmetricActivations: boolean;
  /** How float16 layers are computed: as they are, or in float32 with conversions around them. */
  readonly float16: 'native' | 'converted';
  /** Whether layers compute in bfloat16; `unknown` where documentation does not say. */
  readonly bfloat16: 'native' | 'none' | 'unknown';
  /** Whether int8 layers are computed as such; `false`: in float, with conversions around each. */
  readonly runsInt8: boolean;
  /** The scheme that pays off there, and why. */
  readonly prefers: { readonly scheme: 'int8' | 'fp16'; readonly reason: string };
  /** Whether the accelerator only takes graphs whose shapes are all known. */
  readonly staticShapes: boolean;
  /**
   * Standard operators that the accelerator runs; the others fall back to the processor. Absent where nearly all run.
   * Operators that only move or name data (Constant, Identity, …) are never counted.
   */
  readonly operators?: ReadonlySet<string>;
  /**
   * Operators that compute in integers when pairs stand around them; absent where all that the target runs do. Values
   * go back to float around the others.
   */
  readonly integerOperators?: ReadonlySet<string>;
  /** `false` where a layer that is not quantized cannot run at all, instead of in float. */
  readonly runsFloat: boolean;
  /** What the fields above are taken from, fact by fact. */
  readonly facts: readonly TargetFact[];
}

/** One fact about a target, in a sentence, and where it stands. */
export interface TargetFact {
  readonly about: 'types' | 'operators' | 'opsets' | 'shapes' | 'saturation' | 'fusion' | 'preference';
  readonly says: string;
  /** Address of public documentation or source. */
  readonly source: string;
}

export function operators(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}
