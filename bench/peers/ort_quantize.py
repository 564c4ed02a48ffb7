"""What onnxruntime's own quantizer makes of a model: the marks Lathe has to beat.

    python ort_quantize.py --model M.onnx --data PICTURES [--score PICTURES] [--labels labels.json]
        --preprocess '{"crop": 224, ...}' [--calibration 100] [--time SECONDS] [--only NAME ...]
        [--report FILE] --out DIR

Runs quantize_static and quantize_dynamic in many configurations and prints ONE JSON document: for each, the seconds it
took, the peak memory, the size, and top-1 and agreement with the float model on pictures not used for calibration. Every
quantized file stays in DIR, so that another benchmark can time all of them side by side. With --report the document is
also kept in FILE as it grows, and a later run with the same FILE does only what is missing: on a machine shared with
others a long run can so be cut in pieces.

To be fair to the peer: each configuration has a process of its own (memory and import costs are its own); the model is
prepared with quant_pre_process as its documentation says, and lifted to opset 13, which per-channel QDQ needs, where it
is older; reduce_range is tried both ways, since CPUs without VNNI need it. `defaults` is what a user gets who calls
quantize_static with nothing but a data reader.

Pictures: JPEG or PNG, a folder for each class or one folder with --labels (a JSON list of {file, label} or an object
file -> label). The calibration pictures are the first N by name, taken in turn from each class folder; the others are
scored, or all of --score where that is given. --preprocess means what it means in a Lathe recipe: the value is
(pixel * scale - mean) / std, channels in the order of `channels`; resize and crop are about the centre.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

PRESETS = {
    "none": {},
    "imagenet": {"resize": 256, "crop": 224, "scale": 1 / 255, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
}


def configurations() -> dict[str, dict]:
    all_of_them: dict[str, dict] = {"defaults": {"kind": "defaults"}}

    def static(activation: str, per_channel: bool, reduce_range: bool, method: str, **more) -> None:
        name = f"{activation}{more.get('weight', 's8')}-{'channel' if per_channel else 'tensor'}{'-reduced' if reduce_range else ''}-{method.lower()}"
        name += "".join(f"-{k}{v}" for k, v in more.items() if k != "weight")
        all_of_them[name] = {
            "kind": "static", "activation": activation, "perChannel": per_channel, "reduceRange": reduce_range,
            "method": method, **more,
        }

    for activation in ("u8", "s8"):
        for per_channel in (False, True):
            for reduce_range in (False, True):
                static(activation, per_channel, reduce_range, "MinMax")
    for method in ("Percentile", "Entropy"):
        static("u8", False, True, method)
        static("u8", True, False, method)
        static("u8", True, True, method)
    static("u8", True, True, "Percentile", percentile=99.99)
    # Unsigned weights do not saturate where there is no VNNI, at the full 8 bits; their kernels are slower there.
    static("u8", False, False, "MinMax", weight="u8")
    static("u8", True, False, "MinMax", weight="u8")
    static("u8", True, False, "Percentile", weight="u8")
    static("u8", True, True, "MinMax", preprocess=False)
    all_of_them["dynamic"] = {"kind": "dynamic", "weight": "s8"}
    all_of_them["dynamic-u8"] = {"kind": "dynamic", "weight": "u8"}
    return all_of_them


def listing(folder: Path, labels: Path | None) -> list[tuple[Path, int]]:
    """(file, label) in the order in which calibration takes them: by name, in turn from each folder."""
    suffixes = {".jpg", ".jpeg", ".png"}
    if labels:
        told = json.loads(labels.read_text())
        told = told.items() if isinstance(told, dict) else [(t["file"], t["label"]) for t in told]
        named = {Path(file).name: int(label) for file, label in told}
        return [(p, named[p.name]) for p in sorted(folder.iterdir()) if p.suffix.lower() in suffixes and p.name in named]
    kinds = sorted(p for p in folder.iterdir() if p.is_dir())
    each = [[(p, i) for p in sorted(k.iterdir()) if p.suffix.lower() in suffixes] for i, k in enumerate(kinds)]
    return [item for item in chain.from_iterable(zip_longest(*each)) if item]


def load(file: Path, how: dict) -> np.ndarray:
    channels = how.get("channels", "RGB")
    picture = Image.open(file).convert("L" if channels == "GRAY" else "RGB")
    if "resize" in how:
        factor = how["resize"] / min(picture.size)
        if factor != 1:
            picture = picture.resize([round(s * factor) for s in picture.size], Image.Resampling.BILINEAR)
    if "crop" in how:
        w, h = picture.size
        left, top = (w - how["crop"]) // 2, (h - how["crop"]) // 2
        picture = picture.crop((left, top, left + how["crop"], top + how["crop"]))
    x = np.asarray(picture, np.float32)
    x = x[:, :, None] if x.ndim == 2 else x[:, :, ::-1] if channels == "BGR" else x
    x = (x * np.float32(how.get("scale", 1)) - np.float32(how.get("mean", 0))) / np.float32(how.get("std", 1))
    return np.ascontiguousarray(x if how.get("layout") == "NHWC" else x.transpose(2, 0, 1))


def peak_mb() -> float:
    # Not getrusage: its maximum is inherited from the parent, which holds all pictures.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def child(job: dict) -> None:
    """One configuration, in a process of its own; prints one line of JSON."""
    import onnx
    from onnx import version_converter
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    o, out = job["options"], Path(job["out"])
    started_mb, started, cpu = peak_mb(), time.perf_counter(), time.process_time()
    source, scratch = job["model"], []
    if o["kind"] != "defaults":
        model = onnx.load(source)
        if next(i.version for i in model.opset_import if i.domain in ("", "ai.onnx")) < 13:
            source = str(out.with_suffix(".lifted.tmp"))
            scratch.append(source)
            onnx.save(version_converter.convert_version(model, 13), source)
        if o.get("preprocess", True):
            prepared = str(out.with_suffix(".prepared.tmp"))
            scratch.append(prepared)
            quant_pre_process(source, prepared)
            source = prepared
        del model
    prepared_after = time.perf_counter() - started

    class Pictures(CalibrationDataReader):
        def __init__(self) -> None:
            self.files = iter(job["calibration"])

        def get_next(self):
            file = next(self.files, None)
            return None if file is None else {job["input"]: load(Path(file), job["preprocess"])[None]}

    types = {"u8": QuantType.QUInt8, "s8": QuantType.QInt8}
    if o["kind"] == "defaults":
        quantize_static(source, str(out), Pictures())
    elif o["kind"] == "dynamic":
        quantize_dynamic(source, str(out), weight_type=types[o["weight"]])
    else:
        extra = {}
        if "percentile" in o:
            extra["CalibPercentile"] = o["percentile"]
        if o.get("weight") == "u8":
            # A per-channel zero point other than 128 is refused by onnxruntime's own QLinearConv.
            extra["WeightSymmetric"] = True
        quantize_static(
            source, str(out), Pictures(), activation_type=types[o["activation"]],
            weight_type=types[o.get("weight", "s8")], per_channel=o["perChannel"],
            reduce_range=o["reduceRange"], calibrate_method=CalibrationMethod[o["method"]], extra_options=extra,
        )
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    for file in scratch:
        Path(file).unlink(missing_ok=True)
    print(json.dumps({
        "seconds": round(seconds, 2), "cpuSeconds": round(cpu_seconds, 2), "prepareSeconds": round(prepared_after, 2),
        "peakRssMb": round(peak_mb()), "importedRssMb": round(started_mb), "sizeBytes": out.stat().st_size,
    }))


def session(file: str | Path, threads: int = 2, shared_pool: bool = False):
    import onnxruntime as ort

    so = ort.SessionOptions()
    so.log_severity_level = 4
    so.intra_op_num_threads = threads
    so.use_per_session_threads = not shared_pool
    return ort.InferenceSession(str(file), so, providers=["CPUExecutionProvider"])


def answers(file: str | Path, inputs: np.ndarray) -> np.ndarray:
    """The class that the model gives each picture."""
    s = session(file)
    i = s.get_inputs()[0]
    batch = 1 if isinstance(i.shape[0], int) else 100
    out = [s.run(None, {i.name: inputs[a : a + batch]})[0] for a in range(0, len(inputs), batch)]
    return np.concatenate([o.reshape(len(o), -1) for o in out]).argmax(1)


def timing(job: dict) -> None:
    """Latency of all files in turn, in random order in each round, so that whatever else the machine does falls on all
    alike; ratios are medians over rounds of float / this, with a bootstrapped 95 % interval."""
    import onnxruntime as ort

    # One pool for all sessions: with a pool each, the threads of the session before would still be spinning.
    ort.set_global_thread_pool_sizes(job["threads"], 1)
    x = load(Path(job["picture"]), job["preprocess"])[None]
    sessions = {n: session(f, job["threads"], shared_pool=True) for n, f in job["files"].items()}
    names = {n: s.get_inputs()[0].name for n, s in sessions.items()}
    for n, s in sessions.items():
        for _ in range(5):
            s.run(None, {names[n]: x})
    times: dict[str, list[float]] = {n: [] for n in sessions}
    rng, until = random.Random(7), time.perf_counter() + job["budget"]
    while time.perf_counter() < until or len(times["float"]) < 20:
        order = list(sessions)
        rng.shuffle(order)
        for n in order:
            # The first of two runs warms the caches that the other models have just filled.
            sessions[n].run(None, {names[n]: x})
            t = time.perf_counter()
            sessions[n].run(None, {names[n]: x})
            times[n].append((time.perf_counter() - t) * 1e3)
    base = np.array(times["float"])
    gen, result = np.random.default_rng(7), {}
    for n, t in times.items():
        ratio = base / np.array(t)
        boot = np.median(ratio[gen.integers(0, len(ratio), (1000, len(ratio)))], axis=1)
        result[n] = {
            "medianMs": round(statistics.median(t), 4), "ratio": round(float(np.median(ratio)), 3),
            "ci95": [round(float(v), 3) for v in np.percentile(boot, [2.5, 97.5])],
        }
    print(json.dumps({"threads": job["threads"], "rounds": len(base), "models": result}))


def apart(mode: str, job: dict) -> dict:
    done = subprocess.run([sys.executable, __file__, mode, json.dumps(job)], capture_output=True, text=True)
    try:
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:300]}


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] in ("--child", "--timing"):
        (child if sys.argv[1] == "--child" else timing)(json.loads(sys.argv[2]))
        return
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--model", type=Path, required=True)
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--score", type=Path)
    args.add_argument("--labels", type=Path)
    args.add_argument("--preprocess", default='"none"')
    args.add_argument("--calibration", type=int, default=100)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--only", nargs="*", help="names of configurations, to run just these")
    args.add_argument("--report", type=Path, help="keep the document here, and go on from what is already here")
    args.add_argument("--time", type=float, default=0, metavar="SECONDS", help="for each thread count; 0: no timing")
    args.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    a = args.parse_args()
    how = json.loads(a.preprocess)
    how = PRESETS[how] if isinstance(how, str) else how
    a.out.mkdir(parents=True, exist_ok=True)

    import onnxruntime

    found = listing(a.data, a.labels)
    calibration = [str(p) for p, _ in found[: a.calibration]]
    scored = listing(a.score, None) if a.score else found[a.calibration :]
    wanted = {n: o for n, o in configurations().items() if a.only is None or n in a.only}
    report = {"configurations": [], "timing": []}
    if a.report and a.report.exists():
        report = json.loads(a.report.read_text())
    missing = {n: o for n, o in wanted.items() if n not in [c["name"] for c in report["configurations"]]}

    def keep() -> None:
        if a.report:
            a.report.write_text(json.dumps(report, indent=2) + "\n")

    if missing:
        inputs, labels = np.stack([load(p, how) for p, _ in scored]), np.array([c for _, c in scored])
        original = answers(a.model, inputs)
        report |= {
            "model": a.model.name,
            "onnxruntime": onnxruntime.__version__,
            "pictures": {"calibration": len(calibration), "scored": len(scored)},
            "float": {"sizeBytes": a.model.stat().st_size, "top1": float((original == labels).mean())},
        }
    input_name = session(a.model).get_inputs()[0].name
    for name, options in missing.items():
        print(name, file=sys.stderr, flush=True)
        out = a.out / f"{a.model.stem}.{name}.onnx"
        row = {"name": name, "options": options, "file": out.name}
        row |= apart("--child", {
            "options": options, "model": str(a.model), "out": str(out), "input": input_name,
            "calibration": calibration, "preprocess": how,
        })
        if "error" not in row:
            row["sizeRatio"] = round(report["float"]["sizeBytes"] / row["sizeBytes"], 3)
            try:
                got = answers(out, inputs)
                row |= {"top1": float((got == labels).mean()), "agreement": float((got == original).mean())}
            except Exception as error:  # a file that onnxruntime wrote and cannot run is a result too
                row["error"] = str(error).splitlines()[0][:300]
        report["configurations"].append(row)
        keep()
    if a.time:
        runnable = [c for c in report["configurations"] if c["name"] in wanted and "error" not in c]
        files = {"float": str(a.model)} | {c["name"]: str(a.out / c["file"]) for c in runnable}
        report["timing"] = [t for t in report["timing"] if t["threads"] not in a.threads]
        for n in a.threads:
            done = apart("--timing", {
                "threads": n, "files": files, "picture": calibration[0], "preprocess": how, "budget": a.time,
            })
            report["timing"].append({"threads": n, **done})
            keep()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
