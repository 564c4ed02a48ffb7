/** The initializers of block weights in a graph, each made once however many nodes read it (tied weights). */

import { attr } from '../../../model/attribute.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import { Tensor } from '../../../model/tensor.ts';
import { dataTypeCode } from '../../../tensor/dtype.ts';
import { blocksOf, middleCode, type BlockWeights } from './block-weights.ts';
import { packBlocks, packPlanes, packRows, packZeroPoints } from './pack.ts';

/** Codes in a byte, as the numbers they stand for: [256, 8 / width]. */
type TableKey = `${'1' | '2' | '4'}-bit codes ${number}`;

export class StoredBlocks {
  private readonly editor: GraphEditor;
  private readonly made = new Map<BlockWeights, Map<string, string>>();
  private readonly tables = new Map<TableKey, string>();
  private readonly names = new Map<BlockWeights, string>();

  constructor(editor: GraphEditor) {
    this.editor = editor;
  }

  /** `name` is what the constants of `weights` are called after, unless they have a name already. */
  register(weights: BlockWeights, name: string): void {
    if (!this.names.has(weights)) this.names.set(weights, name);
  }

  /** uint8 [rows, blocks, bytes of a block]. */
  codes(weights: BlockWeights): string {
    return this.once(weights, 'q', (name) => {
      const { rows, columns, grid: { bits, blockSize } } = weights;
      const dims = [rows, blocksOf(columns, blockSize), (blockSize * bits) / 8];
      return this.editor.addInitializer(Tensor.fromBytes(name, 'uint8', dims, packBlocks(weights)));
    });
  }

  /** uint8 [rows, bytes of a row] without padding; the very bytes of `codes` where nothing was padded. */
  rowCodes(weights: BlockWeights): string {
    const { rows, columns, grid: { bits, blockSize } } = weights;
    const bytes = Math.ceil((columns * bits) / 8);
    return this.once(weights, 'rows', (name) => {
      if (columns % blockSize !== 0) {
        return this.editor.addInitializer(Tensor.fromBytes(name, 'uint8', [rows, bytes], packRows(weights)));
      }
      return this.reshape(this.codes(weights), [rows, bytes]);
    });
  }

  /** uint8 [rows, bytes of a row's zero points]; only where the grid has zero points. */
  packedZeroPoints(weights: BlockWeights): string {
    return this.once(weights, 'zero', (name) => {
      const packed = packZeroPoints(weights);
      const dims = [weights.rows, packed.length / weights.rows];
      return this.editor.addInitializer(Tensor.fromBytes(name, 'uint8', dims, packed));
    });
  }

  /** float32 [rows, blocks]: stored as float16 where that is exact. */
  scales(weights: BlockWeights): string {
    return this.once(weights, 'scale', (name) => {
      const dims = [weights.rows, blocksOf(weights.columns, weights.grid.blockSize)];
      const dtype = weights.halfScales ? 'float16' : 'float32';
      const stored = this.editor.addInitializer(Tensor.from(name, dtype, dims, weights.scales));
      return weights.halfScales ? this.toFloat(stored) : stored;
    });
  }

  /** float32 [rows, blocks, blockSize], made when the model is loaded. */
  blockFloats(weights: BlockWeights): string {
    return this.once(weights, 'float', () => {
      const { rows, columns, grid: { bits, blockSize, zeroPoints } } = weights;
      const blocks = blocksOf(columns, blockSize);
      const middle = zeroPoints ? 0 : middleCode(bits);
      let codes = this.floatCodes(weights, middle);
      if (zeroPoints) codes = this.binary('Sub', codes, this.floatZeroPoints(weights));
      const scales = this.reshape(this.scales(weights), [rows, blocks, 1]);
      return this.binary('Mul', codes, scales);
    });
  }

  /** float32 [rows, columns] by DequantizeLinear, of 4 or 8 bits; needs operator set 21. */
  dequantized(weights: BlockWeights): string {
    return this.once(weights, 'dq', (name) => {
      const { rows, columns, codes, scales, grid: { bits, blockSize } } = weights;
      const blocks = blocksOf(columns, blockSize);
      const dtype = bits === 4 ? 'uint4' : 'uint8';
      // Scales have the type of the result here.
      const inputs = [
        Tensor.from(`${name}_codes`, dtype, [rows, columns], codes),
        Tensor.from(`${name}_scale`, 'float32', [rows, blocks], scales),
        Tensor.from(`${name}_zero`, dtype, [rows, blocks], weights.zeroPoints),
      ].map((tensor) => this.editor.addInitializer(tensor));
      const output = this.editor.uniqueName('w');
      const attributes = { axis: attr.int(1), block_size: attr.int(blockSize) };
      this.editor.add({ opType: 'DequantizeLinear', name: '', inputs, outputs: [output], attributes });
      return output;
    });
  }

  /** float32 [rows, blocks, blockSize]: codes less `middle`. */
  private floatCodes(weights: BlockWeights, middle: number): string {
    const { rows, columns, grid: { bits, blockSize } } = weights;
    const dims = [rows, blocksOf(columns, blockSize), blockSize];
    if (bits === 8) {
      const codes = this.toFloat(this.codes(weights));
      if (middle === 0) return codes;
      return this.binary('Sub', codes, this.editor.addInitializer(Tensor.from('middle', 'float32', [], [middle])));
    }
    if (bits !== 3) return this.lookUp(this.codes(weights), bits, 1, middle, dims);
    const planes = packPlanes(weights);
    const plane = (width: 1 | 2, bytes: Uint8Array, suffix: string): string => {
      const shape = [dims[0]!, dims[1]!, (blockSize * width) / 8];
      const name = `${this.names.get(weights)!}_${suffix}`;
      return this.editor.addInitializer(Tensor.fromBytes(name, 'uint8', shape, bytes));
    };
    const low = this.lookUp(plane(2, planes.low, 'q_low'), 2, 1, middle, dims);
    const high = this.lookUp(plane(1, planes.high, 'q_high'), 1, 4, 0, dims);
    return this.binary('Add', low, high);
  }

  private floatZeroPoints(weights: BlockWeights): string {
    const dims = [weights.rows, blocksOf(weights.columns, weights.grid.blockSize), 1];
    const { bits } = weights.grid;
    if (bits !== 4 && bits !== 2) {
      const name = `${this.names.get(weights)!}_zero`;
      return this.toFloat(this.editor.addInitializer(Tensor.fromBytes(name, 'uint8', dims, weights.zeroPoints)));
    }
    // Rows end at whole bytes, so what is looked up has a few more numbers a row than there are blocks.
    const packed = this.packedZeroPoints(weights);
    const padded = Math.ceil((dims[1]! * bits) / 8) * (8 / bits);
    const all = this.lookUp(packed, bits, 1, 0, [dims[0]!, padded]);
    return this.reshape(padded === dims[1] ? all : this.firstColumns(all, dims[1]!), dims);
  }

  /** The first `count` of the last axis. */
  firstColumns(value: string, count: number): string {
    const inputs = [value, this.ints([0]), this.ints([count]), this.ints([-1])];
    return this.node('Slice', inputs);
  }

  reshape(value: string, dims: readonly number[]): string {
    return this.node('Reshape', [value, this.ints(dims)]);
  }

  transpose(value: string, perm: readonly number[]): string {
    const output = this.editor.uniqueName('w');
    this.editor.add({
      opType: 'Transpose', name: '', inputs: [value], outputs: [output], attributes: { perm: attr.ints(perm) },
    });
    return output;
  }

  multiply(a: string, b: string): string {
    return this.binary('Mul', a, b);
  }

  toFloat(value: string): string {
    return this.cast(value, 'float32');
  }

  /** The codes of `width` bits in the bytes of `packed`, times `factor` and less `middle`, in shape `dims`. */
  private lookUp(packed: string, width: 1 | 2 | 4, factor: number, middle: number, dims: readonly number[]): string {
    const key: TableKey = `${width}-bit codes ${factor * 1000 + middle}`;
    let table = this.tables.get(key);
    if (table === undefined) {
      const perByte = 8 / width;
      const mask = 2 ** width - 1;
      const values = Float32Array.from({ length: 256 * perByte }, (_, i) => {
        const byte = Math.floor(i / perByte);
        return ((byte >> ((i % perByte) * width)) & mask) * factor - middle;
      });
      table = this.editor.addInitializer(Tensor.from(`codes_of_${width}_bits`, 'float32', [256, perByte], values));
      this.tables.set(key, table);
    }
    return this.reshape(this.node('Gather', [table, this.cast(packed, 'int32')]), dims);
  }

  private cast(value: string, dtype: 'float32' | 'int32'): string {
    const output = this.editor.uniqueName('w');
    const attributes = { to: attr.int(dataTypeCode(dtype)) };
    this.editor.add({ opType: 'Cast', name: '', inputs: [value], outputs: [output], attributes });
    return output;
  }

  private binary(opType: 'Add' | 'Sub' | 'Mul', a: string, b: string): string {
    return this.node(opType, [a, b]);
  }

  private node(opType: string, inputs: readonly string[]): string {
    const output = this.editor.uniqueName('w');
    this.editor.add({ opType, name: '', inputs, outputs: [output] });
    return output;
  }

  private readonly shapes = new Map<string, string>();

  private ints(values: readonly number[]): string {
    const key = values.join();
    let name = this.shapes.get(key);
    if (name === undefined) {
      name = this.editor.addInitializer(Tensor.from('shape', 'int64', [values.length], values));
      this.shapes.set(key, name);
    }
    return name;
  }

  private once(weights: BlockWeights, what: string, make: (name: string) => string): string {
    const known = this.made.get(weights) ?? new Map<string, string>();
    this.made.set(weights, known);
    let value = known.get(what);
    if (value === undefined) {
      value = make(`${this.names.get(weights)!}_${what}`);
      known.set(what, value);
    }
    return value;
  }
}
