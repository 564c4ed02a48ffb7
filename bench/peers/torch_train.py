"""Gradients and training steps of an ONNX graph in PyTorch, for bench/train/against-torch.ts, which starts it.

    torch_train.py MODEL.onnx JOB.json

The job names weights, the value of the class scores, and the files with the feeds. Answers each line of standard input
with one of standard output: `gradient` writes the gradients (float32 and float64), `steps N` makes N training steps and
says how many seconds of processor time they took.
"""

from __future__ import annotations

import json
import resource
import sys

import numpy as np
import torch
from torch.nn import functional as F

import torch_onnx


def transformer(job, parameters, feeds):
    """The same encoder as bench/train/transformer.ts makes, with PyTorch's fused functions."""
    p, c = parameters, job["transformer"]
    x = feeds["x"]
    batch, length, width = x.shape
    heads = c["heads"]
    for layer in range(c["layers"]):
        w = lambda name: p[f"layer{layer}.{name}"]  # noqa: E731
        h = F.layer_norm(x, (width,), w("norm1.scale"), w("norm1.bias"))
        q, k, v = (F.linear(h, w(f"{n}.weight").t(), w(f"{n}.bias")).view(batch, length, heads, -1).transpose(1, 2)
                   for n in ("query", "key", "value"))
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + F.linear(a, w("out.weight").t(), w("out.bias"))
        h = F.layer_norm(x, (width,), w("norm2.scale"), w("norm2.bias"))
        h = F.gelu(F.linear(h, w("up.weight").t(), w("up.bias")))
        x = x + F.linear(h, w("down.weight").t(), w("down.bias"))
    return F.linear(x.mean(1), p["head.weight"].t(), p["head.bias"])


def loss_of(job, graph, feeds, labels):
    scores = transformer(job, graph.parameters, feeds) if "transformer" in job else graph(feeds, job["scores"])
    return F.cross_entropy(scores.flatten(1), labels)


def load(job, dtype):
    def read(name, kind):
        return torch.from_numpy(np.fromfile(job["feeds"][name]["file"], kind).reshape(job["feeds"][name]["dims"]))

    feeds = {name: read(name, np.float32).to(dtype) for name in job["feeds"] if name != "labels"}
    return feeds, read("labels", np.int64)


def gradient(path, job, dtype):
    graph = torch_onnx.Graph(path, job["weights"], dtype, job["training"])
    feeds, labels = load(job, dtype)
    loss = loss_of(job, graph, feeds, labels)
    loss.backward()
    flat = torch.cat([graph.parameters[name].grad.flatten() for name in job["weights"]])
    return loss.item(), flat.double().numpy()


def main():
    path, job_path = sys.argv[1:]
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    graph = torch_onnx.Graph(path, job["weights"], torch.float32, job["training"])
    feeds, labels = load(job, torch.float32)
    parameters = list(graph.parameters.values())
    optimizer = (torch.optim.SGD(parameters, lr=1e-4, momentum=0.9, fused=True) if job["optimizer"] == "sgd"
                 else torch.optim.AdamW(parameters, lr=1e-5, fused=True))
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "gradient":
            losses = {}
            for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
                losses[name], flat = gradient(path, job, dtype)
                flat.tofile(f"{job['out']}.{name}")
            answer = losses
        else:
            start = resource.getrusage(resource.RUSAGE_SELF)
            for _ in range(int(rest[0])):
                optimizer.zero_grad(set_to_none=True)
                loss = loss_of(job, graph, feeds, labels)
                loss.backward()
                optimizer.step()
            end = resource.getrusage(resource.RUSAGE_SELF)
            seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
            answer = {"cpuSeconds": seconds, "loss": loss.item(), "peakBytes": end.ru_maxrss * 1024}
        print(json.dumps(answer), flush=True)


main()
