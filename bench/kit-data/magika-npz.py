"""The kit's magika features (gzip of little-endian uint16, 2,048 a file) as an .npz that Lathe reads.

    python bench/kit-data/magika-npz.py $LATHE_KIT $LATHE_KIT_CACHE/magika.npz
"""

import gzip
import json
import sys

import numpy

kit, out = sys.argv[1:]
with gzip.open(f"{kit}/data/magika/features.u16.bin.gz") as file:
    features = numpy.frombuffer(file.read(), "<u2").reshape(-1, 2048)
with open(f"{kit}/data/magika/labels.json", encoding="utf-8") as file:
    described = json.load(file)
classes = described["classes"]
labels = [classes.index(sample["label"]) for sample in described["samples"]]
numpy.savez_compressed(out, bytes=features.astype(numpy.int32), labels=numpy.array(labels))
