/** Networks for the benchmarks of the graph view: operators with the names that exporters give them. */

export type Attributes = Readonly<Record<string, number | readonly number[]>>;

export interface Operator {
  readonly opType: string;
  /** "/encoder/layer.0/mlp": what the node's name begins with. */
  readonly scope: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Value {
  readonly name: string;
  readonly type: 'float32' | 'int64';
  readonly shape: readonly (number | string)[];
}

export interface Constant extends Value {
  readonly shape: readonly number[];
  /** Without it a float32 constant that is made up. */
  readonly values?: readonly number[];
}

export class Network {
  readonly name: string;
  readonly operators: Operator[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly constants = new Map<string, Constant>();

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, shape: Value['shape'], type: Value['type'] = 'float32'): string {
    this.inputs.push({ name, shape, type });
    return name;
  }

  output(name: string, shape: Value['shape']): void {
    this.outputs.push({ name, shape, type: 'float32' });
  }

  weight(name: string, shape: readonly number[]): string {
    this.constants.set(name, { name, shape, type: 'float32' });
    return name;
  }

  scalar(name: string, value: number): string {
    this.constants.set(name, { name, shape: [], type: 'float32', values: [value] });
    return name;
  }

  integers(name: string, values: readonly number[]): string {
    this.constants.set(name, { name, shape: [values.length], type: 'int64', values });
    return name;
  }

  integer(name: string, value: number): string {
    this.constants.set(name, { name, shape: [], type: 'int64', values: [value] });
    return name;
  }

  /** Adds an operator and returns the name of its output. */
  add(opType: string, scope: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = `${scope}/${opType}_${this.operators.length}`;
    const outputs = [output ?? `${name}_output_0`];
    this.operators.push({ opType, scope, name, inputs, outputs, attributes });
    return outputs[0]!;
  }
}
