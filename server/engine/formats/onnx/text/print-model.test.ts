import { describe, expect, it } from 'vitest';
import { graphOf, modelOf, node, scalar, zeros } from '../../../../../test/model/build.ts';
import { attr } from '../../../model/attribute.ts';
import type { Model } from '../../../model/model.ts';
import { memoryStorage, Tensor } from '../../../model/tensor.ts';
import { tensorInfo } from '../../../model/types.ts';
import { firstTokenFrom, textTokenKinds, tokenAt, type PrintedModel } from './printed-model.ts';
import { printModel } from './print-model.ts';

/** The example of onnx/docs/Syntax.md, with an initializer. */
function softmaxModel(): Model {
  const model = modelOf({
    inputs: [tensorInfo('X', 'float32', ['N', 128]), tensorInfo('W', 'float32', [128, 10])],
    constants: [Tensor.from('B', 'float32', [2], [0.1, -1])],
    nodes: [
      node('MatMul', 'X, W', 'T', {}, { name: 'product' }),
      node('Add', 'T, B', 'S', {}, { name: '/head/Add' }),
      node('Softmax', 'S', 'C', { axis: attr.int(-1) }),
    ],
    outputs: [tensorInfo('C', 'float32', ['N', 10])],
    opset: 10,
  });
  model.irVersion = 7;
  model.graph.name = 'agraph';
  return model;
}

function text(model: Model, options = {}): string {
  return printModel(model, options).lines.join('\n');
}

/** The words of a printed model that are of one kind, with what they refer to. */
function words(printed: PrintedModel, kind: (typeof textTokenKinds)[number]): [string, number][] {
  const { line, column, length, reference } = printed.tokens;
  return [...printed.tokens.kind].flatMap((code, i): [string, number][] => {
    if (textTokenKinds[code] !== kind) return [];
    return [[printed.lines[line[i]!]!.slice(column[i], column[i]! + length[i]!), reference[i]!]];
  });
}

describe('printModel', () => {
  it('follows the grammar of the textual syntax', () => {
    expect(text(softmaxModel())).toBe([
      '<',
      '  ir_version: 7,',
      '  opset_import: ["" : 10]',
      '>',
      'agraph (float[N,128] X, float[128,10] W) => (float[N,10] C)',
      '<',
      '  float[2] B = {0.1, -1}',
      '>',
      '{',
      '  [product] T = MatMul (X, W)',
      '  ["/head/Add"] S = Add (T, B)',
      '  C = Softmax <axis: int = -1> (S)',
      '}',
    ].join('\n'));
  });

  it('writes subgraphs as blocks, after the inputs of their node', () => {
    const branch = (name: string, opType: string) => {
      const graph = graphOf({ nodes: [node(opType, 'x', name)], outputs: [tensorInfo(name, 'float32', [2])] });
      graph.name = `${name}_branch`;
      return graph;
    };
    const model = modelOf({
      inputs: [tensorInfo('c', 'bool', []), tensorInfo('x', 'float32', [2])],
      nodes: [node('If', 'c', 'y', {
        then_branch: attr.graph(branch('t', 'Neg')), else_branch: attr.graph(branch('e', 'Abs')),
      })],
      outputs: ['y'],
    });
    model.graph.name = 'main';
    const printed = printModel(model);
    expect(printed.lines.slice(4)).toEqual([
      'main (bool c, float[2] x) => (y) {',
      '  y = If (c) <',
      '    then_branch: graph = t_branch () => (float[2] t) {',
      '      t = Neg (x)',
      '    },',
      '    else_branch: graph = e_branch () => (float[2] e) {',
      '      e = Abs (x)',
      '    }',
      '  >',
      '}',
    ]);
    expect([...printed.nodeLine]).toEqual([5, 7, 10]);
    expect([...printed.nodeEndLine]).toEqual([12, 7, 10]);
    expect([...printed.nodeScope]).toEqual([0, 1, 2]);
    expect(printed.scopes.map(({ name, parent, owner, line, endLine }) => [name, parent, owner, line, endLine]))
      .toEqual([['main', -1, -1, 4, 13], ['t_branch', 0, 0, 6, 8], ['e_branch', 0, 0, 9, 11]]);
    expect(printed.blocks).toContainEqual({ kind: 'nodes', line: 6, endLine: 7 });
    expect(printed.blocks).toContainEqual({ kind: 'attributes', line: 5, endLine: 11 });
    // "x" inside the branches is the input of the graph around them.
    const x = printed.valueNames.indexOf('x');
    expect(words(printed, 'use').filter(([, value]) => value === x)).toHaveLength(2);
  });

  it('writes functions behind the graph', () => {
    const model = modelOf({ inputs: { x: [2] }, nodes: [node('Twice', 'x', 'y', {}, { domain: 'my.own' })] });
    model.functions = [{
      name: 'Twice', domain: 'my.own', overload: '', inputs: ['a'], outputs: ['b'], attributes: ['alpha'],
      attributeDefaults: new Map([['beta', attr.float(1)]]), nodes: [node('Add', 'a, a', 'b')],
      opsetImports: new Map([['', 17]]), valueInfos: new Map(),
    }];
    const printed = printModel(model);
    expect(printed.lines.slice(4)).toEqual([
      '"" (float[2] x) => () {',
      '  y = my.own.Twice (x)',
      '}',
      '',
      '<',
      '  domain: "my.own",',
      '  opset_import: ["" : 17]',
      '>',
      'Twice <alpha, beta: float = 1.0> (a) => (b) {',
      '  b = Add (a, a)',
      '}',
    ]);
    expect(printed.nodes.map(({ opType }) => opType)).toEqual(['Twice', 'Add']);
    expect(printed.valueNames.map((name, i) => [name, printed.valueScope[i]]))
      .toEqual([['x', 0], ['y', 0], ['a', 1], ['b', 1]]);
  });

  it('abbreviates long constants and says what is in them', () => {
    const model = modelOf({
      constants: [zeros('big', [2, 20]), scalar('small', 3)],
      nodes: [node('Constant', '', 'c', { value: attr.tensor(zeros('', [30], 'int64')) })],
    });
    expect(printModel(model).lines.slice(4)).toEqual([
      '"" () => ()',
      '<',
      '  float[2,20] big = {},  # 40 values, 160 B: 0, 0, 0, 0, …',
      '  int64 small = {3}',
      '>',
      '{',
      '  c = Constant <value: tensor = int64[30] {}> ()  # 30 values, 240 B: 0, 0, 0, 0, …',
      '}',
    ]);
    expect(text(model, { maxElements: Infinity })).toContain(`int64[30] {${new Array(30).fill('0').join(', ')}}`);
  });

  it.each([
    // Bit patterns of 1, -2 and 0.5 in binary16 (IEEE 754-2019, table 3.5).
    ['float16', [1, -2, 0.5], '{15360, 49152, 14336}  # = 1, -2, 0.5'],
    ['bool', [1, 0, 1], '{1, 0, 1}'],
    ['float32', [0.1, 1e-7, Infinity], '{0.1, 1e-7, inf}'],
    ['float32', [NaN, -Infinity, -0], '{nan, -inf, -0}'],
    ['float64', [0.1, 1 / 3, 1e300], '{0.1, 0.3333333333333333, 1e+300}'],
    // Two elements a byte, the first in the low bits: 0x21, 0x0f.
    ['int4', [1, 2, -1], '{33, 15}  # = 1, 2, -1'],
    ['uint64', [1, 2, 3], '{1, 2, 3}'],
  ] as const)('writes %s constants as the syntax has them', (dtype, values, expected) => {
    const model = modelOf({ constants: [Tensor.from('c', dtype, [3], values)], nodes: [] });
    const type = dtype === 'float32' ? 'float' : dtype === 'float64' ? 'double' : dtype;
    expect(printModel(model).lines[6]).toBe(`  ${type}[3] c = ${expected}`);
  });

  it('quotes names that are no identifiers, and words of the syntax', () => {
    const model = modelOf({
      inputs: [{ name: 'float' }], nodes: [node('Relu', 'float', 'a "b" \\c')],
      outputs: [{ name: 'a "b" \\c', type: { kind: 'sequence', element: { kind: 'tensor', dtype: 'float64' } } }],
    });
    expect(printModel(model).lines.slice(4)).toEqual([
      String.raw`"" ("float") => (seq(double[]) "a \"b\" \\c") {`,
      String.raw`  "a \"b\" \\c" = Relu ("float")`,
      '}',
    ]);
  });

  it('keeps its lines right where a text has line breaks', () => {
    const model = softmaxModel();
    model.docString = 'one\ntwo';
    const printed = printModel(model);
    expect(printed.lines.slice(2, 6)).toEqual(['  opset_import: ["" : 10],', '  doc_string: "one', 'two"', '>']);
    expect(printed.lines[printed.nodeLine[0]!]).toContain('MatMul');
  });

  it('puts a line break for each of many inputs', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const printed = printModel(modelOf({ inputs: names.map((name) => ({ name })), nodes: [] }));
    expect(printed.lines.slice(4)).toEqual(['"" (', '  a,', '  b,', '  c,', '  d,', '  e', ') => () {', '}']);
  });

  it('says what constants cannot be read', () => {
    const storage = { ...memoryStorage(new Uint8Array(0)), byteLength: 4, external: { location: 'w.bin' } };
    const model = modelOf({ constants: [new Tensor({ name: 'w', dtype: 'float32', dims: [1], storage })], nodes: [] });
    expect(printModel(model).lines[6]).toBe('  float[1] w = ["location": "w.bin", "offset": "0", "length": "4"]  # '
      + '1 value, 4 B');
  });

  it('tells for every value where it is made and where it is read', () => {
    const printed = printModel(softmaxModel());
    const of = (name: string) => printed.valueNames.indexOf(name);
    expect(words(printed, 'definition')).toEqual(
      [['X', of('X')], ['W', of('W')], ['B', of('B')], ['T', of('T')], ['S', of('S')], ['C', of('C')]],
    );
    expect(words(printed, 'use')).toEqual(
      [['C', of('C')], ['X', of('X')], ['W', of('W')], ['T', of('T')], ['B', of('B')], ['S', of('S')]],
    );
    expect(words(printed, 'node')).toEqual([['product', 0], ['"/head/Add"', 1]]);
    expect(words(printed, 'operator')).toEqual([['MatMul', 0], ['Add', 1], ['Softmax', 2]]);
  });

  it('finds the token at a place', () => {
    const printed = printModel(softmaxModel());
    const line = printed.lines.indexOf('  ["/head/Add"] S = Add (T, B)');
    const at = (column: number): string => {
      const token = tokenAt(printed, line, column);
      return token < 0 ? '' : textTokenKinds[printed.tokens.kind[token]!]!;
    };
    expect([at(0), at(3), at(14), at(16), at(20), at(25), at(28)])
      .toEqual(['', 'node', 'node', 'definition', 'operator', 'use', 'use']);
    expect(tokenAt(printed, 8, 0)).toBe(-1);
    expect(printed.tokens.line[firstTokenFrom(printed, line)]).toBe(line);
  });
});
