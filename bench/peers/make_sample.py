"""Trains and writes the sample that ships with Lathe: a small classifier of handwritten digits, with its pictures.

    python make_sample.py KIT OUT [--epochs N] [--untrained]

KIT holds data/mnist/mnist.npz (5,000 digits); OUT is the samples folder. Of the 5,000 digits the first 4,400 are for
training, the last 600 are never trained on. The evaluation pictures are the first 30 of each digit among those 600, the
calibration pictures the first 10 of each among the 4,400. The README and the data file beside the model are written by
hand, with the figures printed here.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from small_nets import Block, Classifier, Conv, Net, accuracy, check_against_torch, multiply_adds, train, write_onnx

TRAINED_ON, MEAN, STD = 4400, 0.1307, 0.3081


def fused(name: str, cin: int, mid: int, cout: int, stride: int = 1, residual: bool = False) -> Block:
    """A fused inverted residual: a full 3x3 that widens, then a 1x1 that narrows with no ReLU after it."""
    return Block([Conv(f"{name}/expand", cin, mid, 3, stride), Conv(f"{name}/project", mid, cout, relu=False)], name, residual)


def inverted(name: str, cin: int, mid: int, cout: int, stride: int = 1, residual: bool = False) -> Block:
    """An inverted residual: widen by 1x1, filter each channel by 3x3, narrow by 1x1 with no ReLU after it."""
    return Block(
        [
            Conv(f"{name}/expand", cin, mid),
            Conv(f"{name}/depthwise", mid, mid, 3, stride, mid),
            Conv(f"{name}/project", mid, cout, relu=False),
        ],
        name,
        residual,
    )


def digits_net() -> Net:
    # Full 3x3 convolutions where pictures are large, depthwise ones where they are small: so an 8-bit version has
    # enough arithmetic to be faster in spite of onnxruntime's few microseconds per node, at under half a megabyte.
    return Net(
        [
            Block([Conv("/stem", 1, 16, 3)]),
            fused("/block1", 16, 48, 16),
            fused("/block2", 16, 48, 16, residual=True),
            fused("/block3", 16, 48, 32, stride=2),
            fused("/block4", 32, 48, 32),
            inverted("/block5", 32, 96, 40, stride=2),
            inverted("/block6", 40, 96, 40, residual=True),
            inverted("/block7", 40, 96, 40),
            inverted("/block8", 40, 96, 40),
            inverted("/block9", 40, 96, 40),
            Block([Conv("/head", 40, 160)]),
        ],
        classes=10, channels=1, size=28, input="image", output="digit", dropout=0.1,
        notes="Handwritten digits, 28x28 grey, (pixel / 255 - 0.1307) / 0.3081. Trained on MNIST digits (CC BY-SA 3.0).",
        metadata={"labels": json.dumps([str(d) for d in range(10)])},
    )


def augment(x: torch.Tensor) -> torch.Tensor:
    """A slight turn, stretch, slant and shift for each digit."""
    n = len(x)
    turn = (torch.rand(n) - 0.5) * math.radians(24)
    slant = (torch.rand(n) - 0.5) * 0.3
    sx, sy = 1 + (torch.rand(n) - 0.5) * 0.3, 1 + (torch.rand(n) - 0.5) * 0.3
    shift = (torch.rand(n, 2) - 0.5) * (5 / 14)
    c, s = turn.cos(), turn.sin()
    theta = torch.stack(
        [torch.stack([c * sx, -s * sy + slant, shift[:, 0]], 1), torch.stack([s * sx, c * sy, shift[:, 1]], 1)], 1
    )
    # Padding must be the background's value; that is not 0 after normalisation, so shift it there and back.
    ground = -MEAN / STD
    moved = F.grid_sample(x - ground, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)
    return moved + ground


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("kit", type=Path)
    args.add_argument("out", type=Path)
    args.add_argument("--epochs", type=int, default=18)
    args.add_argument("--max-minutes", type=float, default=math.inf)
    args.add_argument("--untrained", action="store_true", help="write the graph with random weights, to time it")
    a = args.parse_args()
    torch.manual_seed(7)

    model, path = Classifier(digits_net()).to(memory_format=torch.channels_last), a.out / "digits.onnx"
    print(f"{len(model.conv)} convolutions, {multiply_adds(model.net) / 1e6:.2f} M multiply-adds, "
          f"{sum(p.numel() for p in model.parameters())} parameters")
    if a.untrained:
        write_onnx(model, path, 17, 8)
        print("bytes", path.stat().st_size)
        return

    data = np.load(a.kit / "data/mnist/mnist.npz")
    pixels, labels = data["images"].reshape(-1, 28, 28), data["labels"]
    x = (torch.from_numpy(pixels).float()[:, None] / 255 - MEAN) / STD
    y = torch.from_numpy(labels).long()
    train(model, x[:TRAINED_ON], y[:TRAINED_ON], augment, epochs=a.epochs, batch=64, lr=0.1, weight_decay=5e-4,
          max_minutes=a.max_minutes)
    write_onnx(model, path, 17, 8)

    def first(each: int, start: int) -> np.ndarray:
        return np.sort(np.concatenate([start + np.flatnonzero(labels[start:] == d)[:each] for d in range(10)]))

    evaluation, calibration = first(30, TRAINED_ON), first(10, 0)
    assert len(evaluation) == 300 and evaluation[0] >= TRAINED_ON > calibration[-1] and len(calibration) == 100
    for name, rows in (("evaluation", evaluation), ("calibration", calibration)):
        for i in rows:
            folder = a.out / "pictures" / name / str(labels[i])
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels[i]).save(folder / f"{i:04d}.png", optimize=True)
    print(json.dumps({
        "bytes": path.stat().st_size,
        "differenceFromTorch": check_against_torch(model, path),
        "trainAccuracy": accuracy(model, x[:TRAINED_ON], y[:TRAINED_ON]),
        "heldOut600": accuracy(model, x[TRAINED_ON:], y[TRAINED_ON:]),
        "evaluation300": accuracy(model, x[evaluation], y[evaluation]),
    }))


if __name__ == "__main__":
    main()
