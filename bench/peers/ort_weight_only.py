"""What onnxruntime's own weight-only quantizer makes of a language model: the marks for bench/weight-only.ts.

    python ort_weight_only.py --model M.onnx --tokens TOKENS.json [--list NAME] [--calibration 16] --out DIR

Writes a file for each algorithm (its default round-to-nearest, HQQ, k-quant, GPTQ with and without its options), for
2 and 4 bits and blocks of 16, 32 and 128, of every MatMul with a constant weight. GPTQ is calibrated on the first sequences,
the ones that Lathe calibrates on. Everything else is scored by Lathe, so that all are scored alike.

Besides requirements.txt it needs onnx_ir==1.1.0, and PyTorch for HQQ.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    GPTQWeightOnlyQuantConfig,
    HQQWeightOnlyQuantConfig,
    KQuantWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)


class Sequences(CalibrationDataReader):
    def __init__(self, name: str, sequences: list[list[int]]) -> None:
        self.feeds = iter([{name: np.array([s], np.int64)} for s in sequences])

    def get_next(self):
        return next(self.feeds, None)

    # Its GPTQ copies the reader.
    def __deepcopy__(self, memo):
        return self


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--model", type=Path, required=True)
    args.add_argument("--tokens", type=Path, required=True)
    args.add_argument("--list", default="sampled")
    args.add_argument("--calibration", type=int, default=16)
    args.add_argument("--out", type=Path, required=True)
    a = args.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    listed = json.loads(a.tokens.read_text())[a.list]
    sequences = [s["tokens"] if isinstance(s, dict) else s for s in listed][: a.calibration]
    input_name = onnx.load(a.model).graph.input[0].name

    for block in (16, 32, 128):
        kinds = {
            f"rtn-{bits}bits-{'sym-' if symmetric else ''}b{block}": (
                bits, DefaultWeightOnlyQuantConfig(block_size=block, is_symmetric=symmetric, bits=bits))
            for bits in (2, 4) for symmetric in (False, True)
        }
        for bits in (2, 4):
            kinds[f"hqq-{bits}bits-b{block}"] = (bits, HQQWeightOnlyQuantConfig(block_size=block, bits=bits))
        kinds[f"kquant-4bits-b{block}"] = (4, KQuantWeightOnlyQuantConfig())
        for name, options in {"gptq": {}, "gptq-actorder-mse": {"actorder": True, "mse": True}}.items():
            kinds[f"{name}-4bits-b{block}"] = (4, GPTQWeightOnlyQuantConfig(
                Sequences(input_name, sequences), block_size=block, **options))
        for name, (bits, config) in kinds.items():
            out = a.out / f"{a.model.stem}.{name}.onnx"
            try:
                quantizer = MatMulNBitsQuantizer(
                    onnx.load(a.model), bits=bits, block_size=block, is_symmetric="sym" in name, algo_config=config)
                quantizer.process()
                onnx.save(quantizer.model.model, out)
                print(out.name, out.stat().st_size, flush=True)
            except Exception as error:  # what a peer cannot do is a result too
                print(out.name, "failed:", type(error).__name__, str(error).splitlines()[:1], flush=True)


if __name__ == "__main__":
    main()
