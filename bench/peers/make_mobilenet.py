"""Trains and writes a MobileNetV1 of width 0.25 on CIFAR-10 pictures, batch norms left in the graph.

    python make_mobilenet.py KIT OUT.onnx [--epochs N] [--max-minutes M] [--size 32]

KIT holds data/cifar10/{train,test}/CLASS/*.jpg. The file is a benchmark's subject, not shipped: depthwise layers whose
channels differ widely in range, with batch norms unfolded, are where careless int8 loses most.
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

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# (channels at width 1, stride) of the classic block list. The stem and the step to 512 channels keep stride 1 here: at
# 32x32 the original's five halvings would leave a single pixel; these three leave 4x4.
LAYERS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 1), *[(512, 1)] * 5, (1024, 2), (1024, 1)]


def mobilenet(size: int, width: float = 0.25) -> Net:
    cin = int(32 * width)
    blocks = [Block([Conv("/features/0", 3, cin, 3, 1 if size <= 32 else 2)])]
    for i, (channels, stride) in enumerate(LAYERS, 1):
        cout = int(channels * width)
        name = f"/features/{i}"
        blocks.append(Block([Conv(f"{name}/depthwise", cin, cin, 3, stride, cin), Conv(f"{name}/pointwise", cin, cout)]))
        cin = cout
    return Net(blocks, classes=10, channels=3, size=size, dropout=0.1)


def pictures(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """All pictures below `folder` as uint8 NCHW, and the place of each one's folder in name order."""
    x, y = [], []
    for label, kind in enumerate(sorted(p for p in folder.iterdir() if p.is_dir())):
        for file in sorted(kind.iterdir()):
            x.append(np.asarray(Image.open(file).convert("RGB")).transpose(2, 0, 1))
            y.append(label)
    return torch.from_numpy(np.stack(x)), torch.tensor(y)


def augment(x: torch.Tensor) -> torch.Tensor:
    """Mirror half of them and crop each at random from a border of 4 (of 32) reflected pixels."""
    n, _, h, w = x.shape
    pad = h // 8
    x = torch.where((torch.rand(n) < 0.5)[:, None, None, None], x.flip(3), x)
    padded = F.pad(x, [pad] * 4, mode="reflect")
    rows = torch.randint(0, 2 * pad + 1, (n, 1)) + torch.arange(h)
    columns = torch.randint(0, 2 * pad + 1, (n, 1)) + torch.arange(w)
    at = torch.arange(n)[:, None, None]
    return padded.permute(0, 2, 3, 1)[at, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("kit", type=Path)
    args.add_argument("out", type=Path)
    args.add_argument("--epochs", type=int, default=42)
    args.add_argument("--max-minutes", type=float, default=math.inf)
    args.add_argument("--size", type=int, default=32)
    args.add_argument("--untrained", action="store_true", help="write the graph with random weights, to time it")
    a = args.parse_args()
    torch.manual_seed(7)

    model = Classifier(mobilenet(a.size))
    print(f"{len(model.conv)} convolutions, {multiply_adds(model.net) / 1e6:.2f} M multiply-adds, "
          f"{sum(p.numel() for p in model.parameters())} parameters", flush=True)
    if a.untrained:
        write_onnx(model, a.out, 13, 7)
        return
    model = model.to(memory_format=torch.channels_last)
    mean, std = (torch.tensor(v)[:, None, None] for v in (MEAN, STD))

    def prepare(x: torch.Tensor) -> torch.Tensor:
        x = x.float()
        if a.size != x.shape[-1]:
            x = F.interpolate(x, a.size, mode="bilinear", align_corners=False)
        return ((x / 255 - mean) / std).contiguous(memory_format=torch.channels_last)

    x, y = pictures(a.kit / "data/cifar10/train")
    x = prepare(x)
    train(model, x, y, augment, epochs=a.epochs, batch=64, lr=0.1, weight_decay=5e-4, smoothing=0.05,
          max_minutes=a.max_minutes)
    write_onnx(model, a.out, 13, 7)
    tx, ty = pictures(a.kit / "data/cifar10/test")
    print(json.dumps({
        "bytes": a.out.stat().st_size,
        "differenceFromTorch": check_against_torch(model, a.out),
        "trainAccuracy": accuracy(model, x, y),
        "testAccuracy": accuracy(model, prepare(tx), ty),
        "testPictures": len(ty),
    }))


if __name__ == "__main__":
    main()
