"""Small convolutional classifiers: described once, built in PyTorch for training, written as ONNX by hand.

Why by hand: PyTorch's exporter folds batch norms into convolutions, and names nodes after its own internals. The files
made here must look like what people bring (batch norms still there, layers named by place), so the graph is written
with onnx.helper from the state dict, and then checked against PyTorch on random input.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

BN_EPSILON = 1e-5


@dataclass
class Conv:
    """One convolution with its batch norm and, unless `relu` is off, a ReLU."""

    name: str
    cin: int
    cout: int
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    relu: bool = True


@dataclass
class Block:
    """Convolutions in a row; `residual` adds the block's input to its output."""

    convs: list[Conv]
    name: str = ""
    residual: bool = False


@dataclass
class Net:
    """A whole classifier: blocks, then global average pooling and one fully connected layer."""

    blocks: list[Block]
    classes: int
    channels: int
    size: int
    input: str = "input"
    output: str = "logits"
    batch: str = "N"
    dropout: float = 0.0
    notes: str = ""
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def convs(self) -> list[Conv]:
        return [c for b in self.blocks for c in b.convs]


def multiply_adds(net: Net) -> int:
    size, total = net.size, 0
    for c in net.convs:
        size = math.ceil(size / c.stride)
        total += size * size * c.kernel**2 * (c.cin // c.groups) * c.cout
    return total + net.convs[-1].cout * net.classes


class Classifier(nn.Module):
    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net
        self.conv = nn.ModuleList(
            nn.Conv2d(c.cin, c.cout, c.kernel, c.stride, c.kernel // 2, groups=c.groups, bias=False) for c in net.convs
        )
        self.bn = nn.ModuleList(nn.BatchNorm2d(c.cout, eps=BN_EPSILON) for c in net.convs)
        self.fc = nn.Linear(net.convs[-1].cout, net.classes)
        for m in self.conv:
            nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        i = 0
        for block in self.net.blocks:
            entry = x
            for c in block.convs:
                x = self.bn[i](self.conv[i](x))
                if c.relu:
                    x = F.relu(x)
                i += 1
            if block.residual:
                x = x + entry
        x = x.mean((2, 3))
        return self.fc(F.dropout(x, self.net.dropout, self.training))


def write_onnx(model: Classifier, path: Path, opset: int, ir: int) -> None:
    net = model.net
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []

    def constant(name: str, t: torch.Tensor) -> str:
        weights.append(numpy_helper.from_array(t.detach().cpu().numpy().astype(np.float32), name))
        return name

    x, i = net.input, 0
    for block in net.blocks:
        entry = x
        for c in block.convs:
            conv, bn, dotted = model.conv[i], model.bn[i], c.name.strip("/").replace("/", ".")
            w = constant(f"{dotted}.conv.weight", conv.weight)
            pad = c.kernel // 2
            nodes.append(
                helper.make_node(
                    "Conv", [x, w], [f"{c.name}/conv_out"], name=f"{c.name}/conv",
                    kernel_shape=[c.kernel] * 2, strides=[c.stride] * 2, pads=[pad] * 4, dilations=[1, 1], group=c.groups,
                )
            )
            stats = [
                constant(f"{dotted}.bn.{k}", v)
                for k, v in (
                    ("weight", bn.weight), ("bias", bn.bias),
                    ("running_mean", bn.running_mean), ("running_var", bn.running_var),
                )
            ]
            x = f"{c.name}/bn_out"
            nodes.append(
                helper.make_node(
                    "BatchNormalization", [f"{c.name}/conv_out", *stats], [x], name=f"{c.name}/bn", epsilon=BN_EPSILON
                )
            )
            if c.relu:
                nodes.append(helper.make_node("Relu", [x], [f"{c.name}/relu_out"], name=f"{c.name}/relu"))
                x = f"{c.name}/relu_out"
            i += 1
        if block.residual:
            nodes.append(helper.make_node("Add", [x, entry], [f"{block.name}/add_out"], name=f"{block.name}/add"))
            x = f"{block.name}/add_out"
    nodes += [
        helper.make_node("GlobalAveragePool", [x], ["/pool_out"], name="/classifier/pool"),
        helper.make_node("Flatten", ["/pool_out"], ["/flatten_out"], name="/classifier/flatten", axis=1),
        helper.make_node(
            "Gemm",
            ["/flatten_out", constant("classifier.weight", model.fc.weight), constant("classifier.bias", model.fc.bias)],
            [net.output], name="/classifier/gemm", transB=1,
        ),
    ]
    graph = helper.make_graph(
        nodes, "main",
        [helper.make_tensor_value_info(net.input, TensorProto.FLOAT, [net.batch, net.channels, net.size, net.size])],
        [helper.make_tensor_value_info(net.output, TensorProto.FLOAT, [net.batch, net.classes])],
        weights, doc_string=net.notes,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)
    helper.set_model_props(proto, net.metadata)
    onnx.checker.check_model(proto, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(proto, path)


def check_against_torch(model: Classifier, path: Path) -> float:
    """The greatest difference between PyTorch's and onnxruntime's logits; guards against a slip in write_onnx."""
    import onnxruntime as ort

    model.eval()
    x = torch.randn(4, model.net.channels, model.net.size, model.net.size)
    with torch.no_grad():
        want = model(x).numpy()
    got = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {model.net.input: x.numpy()})[0]
    worst = float(np.abs(want - got).max())
    if worst > 1e-3:
        raise SystemExit(f"{path.name}: ONNX and PyTorch differ by {worst}")
    return worst


def accuracy(model: Classifier, x: torch.Tensor, y: torch.Tensor) -> float:
    model.eval()
    with torch.no_grad():
        hits = sum((model(a).argmax(1) == b).sum().item() for a, b in zip(x.split(250), y.split(250)))
    return hits / len(y)


def train(model: Classifier, x: torch.Tensor, y: torch.Tensor, augment, *, epochs: int, batch: int, lr: float,
          weight_decay: float, smoothing: float = 0.0, max_minutes: float = math.inf) -> None:
    """SGD with Nesterov momentum, one epoch of warm-up, then a cosine to zero; the last epoch's weights are the result,
    so that no picture kept for scoring has a say in which weights are taken. With `max_minutes` the number of epochs is
    set by the clock after the first one, so the cosine still ends at zero."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    opt = torch.optim.SGD(
        [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=lr, momentum=0.9, nesterov=True,
    )
    started, epoch, steps = time.time(), 0, len(x) // batch
    while epoch < epochs:
        model.train()
        order, loss_sum, hits = torch.randperm(len(x)), 0.0, 0
        for s in range(steps):
            at = epoch + s / steps
            rate = lr * (at + 1 / steps if at < 1 else 0.5 * (1 + math.cos(math.pi * (at - 1) / max(epochs - 1, 1))))
            for g in opt.param_groups:
                g["lr"] = rate
            pick = order[s * batch : (s + 1) * batch]
            target = y[pick]
            out = model(augment(x[pick]))
            loss = F.cross_entropy(out, target, label_smoothing=smoothing)
            opt.zero_grad()
            loss.backward()
            opt.step()
            loss_sum += loss.item()
            hits += (out.argmax(1) == target).sum().item()
        if epoch == 0 and math.isfinite(max_minutes):
            epochs = min(epochs, max(2, int(max_minutes * 60 / (time.time() - started))))
        epoch += 1
        print(f"epoch {epoch}/{epochs} loss {loss_sum / steps:.4f} train {hits / (steps * batch):.4f} "
              f"{time.time() - started:.0f}s", flush=True)
