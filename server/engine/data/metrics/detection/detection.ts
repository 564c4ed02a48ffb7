/** What a detector finds: in pixels of the model's input, or of the picture once it is mapped back. */

export interface Detection {
  readonly classIndex: number;
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Intersection over union of two boxes; with a crowd as the second, over the first alone (COCO's rule). */
export function boxOverlap(
  a: Pick<Detection, 'left' | 'top' | 'width' | 'height'>,
  b: Pick<Detection, 'left' | 'top' | 'width' | 'height'>,
  crowd = false,
): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  const area = a.width * a.height;
  return intersection / (crowd ? area : area + b.width * b.height - intersection);
}
