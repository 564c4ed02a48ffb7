/** What lies under the kernel of a convolution at one position of its output. */

/** Where a convolution looks; spatial lists have one entry per spatial axis (one or two). */
export interface PatchShape {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before the first element, by spatial axis. */
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  readonly groups: number;
}

/**
 * Reads patches of one tensor [batch, channels, (height,) width]. A patch's order is the order in which onnxruntime
 * sums: kernel position first, input channel innermost.
 */
export class PatchReader {
  /** Of one patch of one group. */
  readonly length: number;
  /** Number of output positions, of all samples of the batch. */
  readonly positions: number;
  private readonly values: Float32Array;
  private readonly patch: PatchShape;
  private readonly channels: number;
  private readonly input: readonly [number, number];
  private readonly output: readonly [number, number];

  constructor(values: Float32Array, dims: readonly number[], patch: PatchShape) {
    const [batch = 1, channels = 1] = dims;
    this.values = values;
    this.patch = patch;
    this.channels = channels;
    this.input = [patch.kernel.length > 1 ? dims[2]! : 1, dims.at(-1)!];
    this.output = outputSize(this.input, patch);
    this.length = (channels / patch.groups) * patch.kernel.reduce((a, b) => a * b, 1);
    this.positions = batch * this.output[0] * this.output[1];
  }

  /** Fills `into` ([length]) with the patch of `group` at output position `at`; zeros where the kernel lies outside. */
  read(at: number, group: number, into: Float32Array): void {
    const { patch, values } = this;
    const [height, width] = this.input;
    const [rows, columns] = this.output;
    const channels = this.channels / patch.groups;
    const image = Math.floor(at / (rows * columns));
    const row = Math.floor(at / columns) % rows;
    const column = at % columns;
    const plane = (image * this.channels + group * channels) * height * width;
    const [kernelHeight, kernelWidth] = spatial(patch.kernel, 1);
    const [strideY, strideX] = spatial(patch.strides, 1);
    const [dilationY, dilationX] = spatial(patch.dilations, 1);
    const [padY, padX] = spatial(patch.padsBegin, 0);
    let k = 0;
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y = row * strideY + ky * dilationY - padY;
      for (let kx = 0; kx < kernelWidth; kx++, k += channels) {
        const x = column * strideX + kx * dilationX - padX;
        if (y < 0 || y >= height || x < 0 || x >= width) {
          into.fill(0, k, k + channels);
          continue;
        }
        const first = plane + y * width + x;
        for (let c = 0; c < channels; c++) into[k + c] = values[first + c * height * width]!;
      }
    }
  }
}

/** The last two entries of a spatial list, with `missing` for the height of one-dimensional layers. */
function spatial(list: readonly number[], missing: number): readonly [number, number] {
  return list.length > 1 ? [list[0]!, list[1]!] : [missing, list[0]!];
}

function outputSize([height, width]: readonly [number, number], patch: PatchShape): readonly [number, number] {
  const [kernelHeight, kernelWidth] = spatial(patch.kernel, 1);
  const [strideY, strideX] = spatial(patch.strides, 1);
  const [dilationY, dilationX] = spatial(patch.dilations, 1);
  const [top, left] = spatial(patch.padsBegin, 0);
  const [bottom, right] = spatial(patch.padsEnd, 0);
  const size = (input: number, pads: number, kernel: number, dilation: number, stride: number): number =>
    Math.max(1, Math.floor((input + pads - (kernel - 1) * dilation - 1) / stride) + 1);
  return [
    size(height, top + bottom, kernelHeight, dilationY, strideY),
    size(width, left + right, kernelWidth, dilationX, strideX),
  ];
}
