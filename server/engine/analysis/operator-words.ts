/** What the operators call their inputs and outputs, for those that have more than one of a kind. */

/** Inputs, then outputs where there are several: the names of ONNX's and onnxruntime's operator schemas. */
const table = `
Conv X W B
ConvTranspose X W B
ConvInteger x w x_zero_point w_zero_point
QLinearConv x x_scale x_zero_point w w_scale w_zero_point y_scale y_zero_point B
FusedConv X W B Z
Gemm A B C
MatMul A B
MatMulInteger A B a_zero_point b_zero_point
QLinearMatMul a a_scale a_zero_point b b_scale b_zero_point y_scale y_zero_point
MatMulNBits A B scales zero_points g_idx bias
DynamicQuantizeMatMul A B b_scale b_zero_point bias
BatchNormalization X scale B mean var
InstanceNormalization input scale B
LayerNormalization X Scale B : Y Mean InvStdDev
GroupNormalization X scale bias
RMSNormalization X scale
SkipLayerNormalization input skip gamma beta bias
LSTM X W R B sequence_lens initial_h initial_c P : Y Y_h Y_c
GRU X W R B sequence_lens initial_h : Y Y_h
RNN X W R B sequence_lens initial_h : Y Y_h
QuantizeLinear x y_scale y_zero_point
DequantizeLinear x x_scale x_zero_point
DynamicQuantizeLinear x : y y_scale y_zero_point
Reshape data shape
Expand input shape
Slice data starts ends axes steps
Gather data indices
GatherElements data indices
GatherND data indices
ScatterND data indices updates
ScatterElements data indices updates
Pad data pads constant_value axes
Resize X roi scales sizes
Upsample X scales
Clip input min max
Where condition X Y
If cond
Loop M cond
PRelu X slope
TopK X K : Values Indices
Split input split
Squeeze data axes
Unsqueeze data axes
ReduceMean data axes
ReduceSum data axes
ReduceMax data axes
ReduceMin data axes
OneHot indices depth values
Range start limit delta
Tile input repeats
MaxPool X : Y Indices
Dropout data ratio training_mode : output mask
CumSum x axis
Pow X Y
Attention Q K V attn_mask past_key past_value
MultiHeadAttention query key value bias key_padding_mask attention_bias past_key past_value
GroupQueryAttention query key value past_key past_value seqlens_k total_sequence_length cos_cache sin_cache
NonMaxSuppression boxes scores max_output_boxes_per_class iou_threshold score_threshold
RoiAlign X rois batch_indices
GridSample X grid
`;

interface Roles {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const roles = new Map(table.trim().split('\n').map((line): [string, Roles] => {
  const [inputs, outputs] = line.split(' : ');
  const [name, ...names] = inputs!.split(' ');
  return [name!, { inputs: names, outputs: outputs?.split(' ') ?? [] }];
}));

/** The operator's word for input `index`; empty where it is not known. */
export function inputRole(opType: string, index: number): string {
  return roles.get(opType)?.inputs[index] ?? '';
}

export function outputRole(opType: string, index: number): string {
  return roles.get(opType)?.outputs[index] ?? '';
}

/** Where the operator is documented on the web; undefined for operators of domains that are nobody's. */
export function documentationOf(domain: string, opType: string): string | undefined {
  const name = encodeURIComponent(opType);
  switch (domain) {
    case '':
    case 'ai.onnx':
      return `https://onnx.ai/onnx/operators/onnx__${name}.html`;
    case 'ai.onnx.ml':
      return `https://onnx.ai/onnx/operators/onnx_aionnxml_${name}.html`;
    case 'com.microsoft':
      return `https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.${name}`;
    default:
      return undefined;
  }
}
