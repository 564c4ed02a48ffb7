/**
 * Typed arrays in one buffer: how the structure of a model crosses processes. JSON would cost a hundred times as much
 * to read, and a webview receives a buffer without copying its numbers one by one.
 */

export type Column = Int32Array | Uint8Array | Float32Array | Float64Array;

/** Names and lengths of the columns in a buffer; they follow each other, each aligned to eight bytes. */
export interface ColumnTable {
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'i32' | 'u8' | 'f32' | 'f64';
    /** In elements. */
    readonly length: number;
  }[];
}

const alignment = 8;

const views = { i32: Int32Array, u8: Uint8Array, f32: Float32Array, f64: Float64Array } as const;

function typeOf(column: Column): keyof typeof views {
  if (column instanceof Int32Array) return 'i32';
  if (column instanceof Uint8Array) return 'u8';
  return column instanceof Float32Array ? 'f32' : 'f64';
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Copies the columns into one buffer, in the byte order of this machine. */
export function packColumns(columns: Readonly<Record<string, Column>>): { table: ColumnTable; buffer: ArrayBuffer } {
  const entries = Object.entries(columns);
  const buffer = new ArrayBuffer(entries.reduce((sum, [, column]) => sum + aligned(column.byteLength), 0));
  let offset = 0;
  for (const [, column] of entries) {
    new Uint8Array(buffer, offset, column.byteLength).set(
      new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
    );
    offset += aligned(column.byteLength);
  }
  return {
    table: { columns: entries.map(([name, column]) => ({ name, type: typeOf(column), length: column.length })) },
    buffer,
  };
}

/** Views into `buffer`, nothing copied. Throws a RangeError when the buffer is shorter than the table says. */
export function unpackColumns(table: ColumnTable, buffer: ArrayBuffer): Record<string, Column> {
  const columns: Record<string, Column> = {};
  let offset = 0;
  for (const { name, type, length } of table.columns) {
    const column = new views[type](buffer, offset, length);
    columns[name] = column;
    offset += aligned(column.byteLength);
  }
  return columns;
}
