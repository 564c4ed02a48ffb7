"""Makes pictures of pages and signs with text on them, and where each line stands: data for text detectors.

    python make_text_pages.py OUT [--count 96] [--size 480] [--fonts FOLDER]

Writes OUT/NNN.jpg and OUT/labels.json (COCO's form, boxes as x, y, width, height in pixels). The same seed gives the
same pages. Lines are horizontal, of one to four words, in two to seven sizes a page, on plain, graded or noisy grounds.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WORDS = (
    "open closed exit entrance market street station platform ticket coffee bakery fresh daily menu price total "
    "invoice number date 2024 1985 12:30 18.50 sale notice please keep door shut danger water power high quality "
    "north south library museum garden school hospital pharmacy Monday Friday page chapter figure table result"
).split()


def ground(random: np.random.Generator, size: int) -> np.ndarray:
    """A background [size, size, 3], light or dark, with a gradient and grain."""
    base = random.uniform(150, 250, 3) if random.random() < 0.7 else random.uniform(10, 90, 3)
    across, down = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    shade = (across * random.uniform(-25, 25) + down * random.uniform(-25, 25))[..., None]
    grain = random.normal(0, random.uniform(0, 6), (size, size, 1))
    return np.clip(base + shade + grain, 0, 255)


def page(random: np.random.Generator, size: int, fonts: list[Path]) -> tuple[Image.Image, list[list[float]]]:
    picture = Image.fromarray(ground(random, size).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    light = np.asarray(picture).mean() < 120
    boxes: list[list[float]] = []
    top = int(random.integers(8, 40))
    while True:
        font = ImageFont.truetype(str(random.choice(fonts)), int(random.integers(14, 44)))
        text = " ".join(random.choice(WORDS, int(random.integers(1, 5))))
        x0, y0, x1, y1 = draw.textbbox((0, 0), text, font=font)
        width, height = x1 - x0, y1 - y0
        if top + height + 8 > size or len(boxes) == 9:
            break
        if width + 16 < size:
            left = int(random.integers(8, size - width - 7))
            colour = tuple(int(c) for c in (random.uniform(190, 255, 3) if light else random.uniform(0, 70, 3)))
            draw.text((left - x0, top - y0), text, font=font, fill=colour)
            boxes.append([left, top, width, height])
        top += height + int(random.integers(10, 48))
    if random.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 0.9))))
    return picture, boxes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=96)
    parser.add_argument("--size", type=int, default=480)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts/truetype"))
    arguments = parser.parse_args()
    fonts = sorted(path for path in arguments.fonts.rglob("*.ttf") if "Sans" in path.name or "Serif" in path.name)
    arguments.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    images, annotations = [], []
    for index in range(arguments.count):
        picture, boxes = page(random, arguments.size, fonts)
        name = f"{index:03}.jpg"
        picture.save(arguments.out / name, quality=90)
        images.append({"id": index, "file_name": name, "width": picture.width, "height": picture.height})
        annotations += [{"image_id": index, "category_id": 0, "bbox": [float(v) for v in box]} for box in boxes]
    labels = {"images": images, "annotations": annotations, "categories": [{"id": 0, "name": "text"}]}
    (arguments.out / "labels.json").write_text(json.dumps(labels))
    print(f"{len(images)} pictures, {len(annotations)} lines")


if __name__ == "__main__":
    main()
