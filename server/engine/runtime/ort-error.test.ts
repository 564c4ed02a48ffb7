import { expect, it } from 'vitest';
import { cleanOrtMessage, ortError } from './ort-error.ts';

const source = '/onnxruntime_src/onnxruntime/core/';

it.each([
  {
    raw:
      "Non-zero status code returned while running Reshape node. Name:'/a/Reshape' Status Message: " +
      `${source}providers/cpu/tensor/reshape_helper.h:45 onnxruntime::ReshapeHelper::ReshapeHelper(const ` +
      'onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == requested_shape_size ' +
      'was false. The input tensor cannot be reshaped to the requested shape. Input shape:{1,2}, requested shape:{3}\n',
    text:
      'Reshape: The input tensor cannot be reshaped to the requested shape. Input shape:{1,2}, requested shape:{3}.',
    node: '/a/Reshape',
  },
  {
    raw:
      "Non-zero status code returned while running Mod node. Name:'' Status Message: element_wise_ops.cc:3 " +
      'operator() Integer modulo by zero',
    text: 'Mod: Integer modulo by zero.',
  },
  {
    raw:
      "Non-zero status code returned while running MelWeightMatrix node. Name:'m' Status Message: " +
      `${source}providers/cpu/signal/window_functions.cc:12 onnxruntime::common::Status onnxruntime::Create<T>::` +
      'operator()(onnxruntime::OpKernelContext*, int64_t) [with T = float; int64_t = long int] lowest < 3 was false. ' +
      'lower_edge_hertz is too low',
    text: 'MelWeightMatrix: lower_edge_hertz is too low.',
    node: 'm',
  },
  {
    raw:
      `Load model from /home/me/a.onnx failed:${source}graph/model_load_utils.h:46 void onnxruntime::` +
      'model_load_utils::ValidateOpsetForDomain(const std::unordered_map<std::__cxx11::basic_string<char>, int>&, ' +
      'bool) ONNX Runtime only *guarantees* support for models stamped with official versions. Opset 27 is under ' +
      'development and support for this is limited. Current official support for domain ai.onnx is till opset 26.\n',
    text: 'it knows operator set 26 at most, and the model needs 27.',
  },
  {
    raw: 'Load model from /home/me/b.onnx failed:Fatal error: acme.ai:Odd(-1) is not a registered function/op',
    text: 'it does not know the operator acme.ai:Odd.',
  },
  {
    raw: "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for Cast(25) node with name 'c'",
    text: 'it has no implementation of Cast (operator set 25).',
    node: 'c',
  },
  {
    raw:
      "Failed to find kernel for Cast(25) (node:'c' ep:'CPUExecutionProvider'). Op with name (c) domain () and type " +
      '(Cast) kernel is not supported. However the types are incompatible. This op has been implemented only for the ' +
      'following types (tensor(bool),tensor(int32),), but the node in the model has the following type ' +
      '(tensor(float4e2m1))\n)',
    text: 'it has no implementation of Cast (operator set 25) for tensor(float4e2m1).',
    node: 'c',
  },
  { raw: 'Unsupported data type: 16', text: 'it cannot pass values of type bfloat16 in or out.' },
  {
    raw: 'Load model from x.onnx failed:This is an invalid model. Error: the graph is not acyclic.',
    text: 'the graph is not acyclic.',
  },
  { raw: 'Protobuf parsing failed.', text: 'Protobuf parsing failed.' },
])('$text', ({ raw, text, node }) => {
  expect(cleanOrtMessage(raw)).toEqual({ text, ...(node !== undefined && { node }) });
});

it('says what was going on, where, and keeps the whole message for the log', () => {
  const raw = "Non-zero status code returned while running Conv node. Name:'conv1' Status Message: bad weights";
  expect(ortError(raw, 'run the model', 'net.onnx')).toMatchObject({
    code: 'RUNTIME',
    message: 'onnxruntime cannot run the model at node "conv1": Conv: bad weights.',
    detail: raw,
    at: { file: 'net.onnx', node: 'conv1' },
  });
});
