"""Runs an ONNX graph in PyTorch, operator by operator, so that PyTorch differentiates it: the reference for gradients.

Only what the networks of the benchmarks use. Weights are parameters by their ONNX names.
"""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch.nn import functional as F


def attributes(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def same_pads(x, kernel, strides, dilations, lower):
    pads = []
    for length, k, s, d in zip(x.shape[2:], kernel, strides, dilations):
        total = max((-(-length // s) - 1) * s + d * (k - 1) + 1 - length, 0)
        small, large = total // 2, total - total // 2
        pads.append((large, small) if lower else (small, large))
    return [a for a, _ in pads] + [b for _, b in pads]


def padded(x, a, kernel, value=0.0):
    """The input with its padding written out, so that uneven padding is nothing special."""
    n = len(kernel)
    mode = text(a.get("auto_pad", "NOTSET"))
    pads = list(a.get("pads", [0] * 2 * n))
    if mode.startswith("SAME"):
        pads = same_pads(x, kernel, a.get("strides", [1] * n), a.get("dilations", [1] * n), mode == "SAME_LOWER")
    if not any(pads):
        return x, 0
    if pads[:n] == pads[n:] and value == 0.0:
        return x, tuple(pads[:n])
    flat = [p for i in reversed(range(n)) for p in (pads[i], pads[i + n])]
    return F.pad(x, flat, value=value), 0


def conv(i, a, _):
    kernel = i[1].shape[2:]
    n = len(kernel)
    x, pad = padded(i[0], a, kernel)
    run = (F.conv1d, F.conv2d, F.conv3d)[n - 1]
    return run(x, i[1], i[2] if len(i) > 2 else None, tuple(a.get("strides", [1] * n)), pad,
               tuple(a.get("dilations", [1] * n)), a.get("group", 1))


def max_pool(i, a, _):
    kernel = a["kernel_shape"]
    x, pad = padded(i[0], a, kernel, float("-inf"))
    assert pad == 0
    return F.max_pool2d(x, tuple(kernel), tuple(a.get("strides", [1] * len(kernel))), ceil_mode=bool(a.get("ceil_mode", 0)))


def average_pool(i, a, _):
    kernel = a["kernel_shape"]
    assert not any(a.get("pads", []))
    return F.avg_pool2d(i[0], tuple(kernel), tuple(a.get("strides", [1] * len(kernel))), ceil_mode=bool(a.get("ceil_mode", 0)))


def batch_norm(i, a, training):
    if training:
        return F.batch_norm(i[0], None, None, i[1], i[2], True, 0.0, a.get("epsilon", 1e-5))
    return F.batch_norm(i[0], i[3], i[4], i[1], i[2], False, 0.0, a.get("epsilon", 1e-5))


def gemm(i, a, _):
    x = i[0].t() if a.get("transA") else i[0]
    w = i[1].t() if a.get("transB") else i[1]
    return torch.addmm(i[2], x, w, beta=a.get("beta", 1.0), alpha=a.get("alpha", 1.0)) if len(i) > 2 else x @ w


def reshape(i, a, _):
    shape = [int(v) for v in (i[1] if len(i) > 1 else a["shape"])]
    return i[0].reshape([i[0].shape[k] if v == 0 else v for k, v in enumerate(shape)])


def slice_(i, a, _):
    starts, ends = (i[1].tolist(), i[2].tolist()) if len(i) > 1 else (a["starts"], a["ends"])
    axes = i[3].tolist() if len(i) > 3 else a.get("axes", list(range(len(starts))))
    steps = i[4].tolist() if len(i) > 4 else [1] * len(starts)
    x = i[0]
    for start, end, axis, step in zip(starts, ends, axes, steps):
        if step < 0:
            index = range(x.shape[axis])[start:(None if end < -x.shape[axis] else end):step]
            x = x.index_select(axis, torch.tensor(list(index)))
        else:
            x = x[(slice(None),) * (axis % x.dim()) + (slice(start, end, step),)]
    return x


def pad(i, a, _):
    pads = i[1].tolist() if len(i) > 1 else a["pads"]
    n = len(pads) // 2
    assert text(a.get("mode", "constant")) == "constant"
    return F.pad(i[0], [p for k in reversed(range(n)) for p in (pads[k], pads[k + n])])


def reduce_mean(i, a, _):
    axes = i[1].tolist() if len(i) > 1 else a.get("axes", list(range(i[0].dim())))
    return i[0].mean(axes, keepdim=bool(a.get("keepdims", 1)))


def constant_of_shape(i, a, _):
    value = numpy_helper.to_array(a["value"]) if "value" in a else np.zeros(1, np.float32)
    return torch.full([int(v) for v in i[0]], value.item(), dtype=torch.from_numpy(value).dtype)


def layer_norm(i, a, _):
    axis = a.get("axis", -1)
    return F.layer_norm(i[0], i[0].shape[axis:], i[1], i[2] if len(i) > 2 else None, a.get("epsilon", 1e-5))


operators = {
    "Add": lambda i, a, t: i[0] + i[1],
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Cast": lambda i, a, t: i[0].to(torch.from_numpy(np.zeros(0, helper.tensor_dtype_to_np_dtype(a["to"]))).dtype),
    "Concat": lambda i, a, t: torch.cat(i, a["axis"]),
    "Constant": lambda i, a, t: torch.from_numpy(numpy_helper.to_array(a["value"]).copy()),
    "ConstantOfShape": constant_of_shape,
    "Conv": conv,
    "Div": lambda i, a, t: i[0] / i[1],
    "Dropout": lambda i, a, t: i[0],
    "Flatten": lambda i, a, t: i[0].flatten(a.get("axis", 1)),
    "Gather": lambda i, a, t: torch.from_numpy(np.asarray(np.take(i[0].numpy(), i[1].numpy(), a.get("axis", 0)))),
    "Gelu": lambda i, a, t: F.gelu(i[0]),
    "Gemm": gemm,
    "GlobalAveragePool": lambda i, a, t: i[0].mean(tuple(range(2, i[0].dim())), keepdim=True),
    "Identity": lambda i, a, t: i[0],
    "LayerNormalization": layer_norm,
    "MatMul": lambda i, a, t: i[0] @ i[1],
    "MaxPool": max_pool,
    "Mul": lambda i, a, t: i[0] * i[1],
    "Pad": pad,
    "ReduceMean": reduce_mean,
    "Relu": lambda i, a, t: F.relu(i[0]),
    "Reshape": reshape,
    "Shape": lambda i, a, t: torch.tensor(i[0].shape),
    "Sigmoid": lambda i, a, t: torch.sigmoid(i[0]),
    "Slice": slice_,
    "Softmax": lambda i, a, t: F.softmax(i[0], a.get("axis", -1)),
    "Sub": lambda i, a, t: i[0] - i[1],
    "Transpose": lambda i, a, t: i[0].permute(a["perm"]),
    "Unsqueeze": lambda i, a, t: i[0].reshape(np.expand_dims(
        np.empty(i[0].shape), tuple(i[1].tolist() if len(i) > 1 else a["axes"])).shape),
}


class Graph:
    """An ONNX model whose named weights are PyTorch parameters."""

    def __init__(self, path: str, weights: list[str], dtype=torch.float32, training=True):
        model = onnx.load(path)
        self.nodes = [(operators[n.op_type], list(n.input), n.output[0], attributes(n)) for n in model.graph.node]
        self.training = training
        self.constants = {}
        for tensor in model.graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            self.constants[tensor.name] = value.to(dtype) if value.dtype == torch.float32 else value
        self.parameters = {name: self.constants[name].requires_grad_() for name in weights}

    def __call__(self, feeds: dict[str, torch.Tensor], output: str) -> torch.Tensor:
        values = {**self.constants, **feeds}
        for run, inputs, made, given in self.nodes:
            values[made] = run([values[name] for name in inputs if name], given, self.training)
            if made == output:
                break
        return values[output]
