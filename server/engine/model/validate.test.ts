import { describe, expect, it } from 'vitest';
import { attr, type Attribute } from './attribute.ts';
import { Graph } from './graph.ts';
import { Model, type FunctionDefinition } from './model.ts';
import { Node } from './node.ts';
import { Tensor } from './tensor.ts';
import { tensorInfo } from './types.ts';
import { validateModel } from './validate.ts';

function op(opType: string, inputs: readonly string[], outputs: readonly string[], rest: Partial<Node> = {}): Node {
  return Object.assign(new Node({ opType, inputs, outputs, name: `${opType}_${outputs[0] ?? ''}` }), rest);
}

function withAttributes(node: Node, attributes: Record<string, Attribute>): Node {
  return Object.assign(node, { attributes: new Map(Object.entries(attributes)) });
}

/** A model from x to y. */
function modelOf(...nodes: readonly Node[]): Model {
  const model = new Model();
  model.opsetImports.set('', 17);
  model.graph.inputs = [tensorInfo('x', 'float32', [2])];
  model.graph.outputs = [tensorInfo('y', 'float32', [2])];
  model.graph.nodes = [...nodes];
  return model;
}

function branch(...nodes: readonly Node[]): Graph {
  const graph = new Graph();
  graph.nodes = [...nodes];
  const last = nodes.at(-1)?.outputs[0];
  if (last !== undefined) graph.outputs = [tensorInfo(last, 'float32')];
  return graph;
}

function functionOf(name: string, ...nodes: readonly Node[]): FunctionDefinition {
  return {
    name,
    domain: 'my',
    overload: '',
    inputs: ['a'],
    outputs: ['b'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes,
    opsetImports: new Map([
      ['', 17],
      ['my', 1],
    ]),
    valueInfos: new Map(),
  };
}

const codes = (model: Model): string[] => validateModel(model).map(({ code }) => code);

describe('validateModel', () => {
  it('finds nothing in a valid model', () => {
    expect(validateModel(modelOf(op('Relu', ['x'], ['t']), op('Sigmoid', ['t'], ['y'])))).toEqual([]);
  });

  it('finds a value that nothing makes', () => {
    const [problem] = validateModel(modelOf(op('Add', ['x', 'nowhere'], ['y'])));
    expect(problem).toMatchObject({ code: 'dangling-input', severity: 'error', node: 'Add_y', value: 'nowhere' });
    expect(problem!.message).toContain('"nowhere"');
    expect(codes(modelOf(op('Relu', ['x'], ['t'])))).toEqual(['missing-output']);
  });

  it('takes left-out optional inputs for what they are', () => {
    expect(codes(modelOf(op('Clip', ['x', '', ''], ['y'])))).toEqual([]);
  });

  it('finds a value that is made twice', () => {
    const twice = modelOf(op('Relu', ['x'], ['y']), op('Sigmoid', ['x'], ['y']));
    expect(validateModel(twice)).toMatchObject([{ code: 'duplicate-name', node: 'Sigmoid_y', value: 'y' }]);
    expect(codes(modelOf(op('Relu', ['x'], ['x']), op('Relu', ['x'], ['y'])))).toContain('duplicate-name');
    const weight = modelOf(op('Relu', ['x'], ['y']));
    weight.graph.initializers.set('y', Tensor.from('y', 'float32', [2], [1, 2]));
    expect(codes(weight)).toEqual(['duplicate-name']);
  });

  it('lets an initializer be an input as well', () => {
    const model = modelOf(op('Add', ['x', 'w'], ['y']));
    model.graph.inputs.push(tensorInfo('w', 'float32', ['n']));
    model.graph.initializers.set('w', Tensor.from('w', 'float32', [2], [1, 2]));
    expect(codes(model)).toEqual([]);
    model.graph.inputs[1] = tensorInfo('w', 'float32', [3]);
    expect(codes(model)).toEqual(['initializer-type']);
    model.graph.inputs[1] = tensorInfo('w', 'int32', [2]);
    expect(codes(model)).toEqual(['initializer-type']);
  });

  it('names the nodes of a cycle', () => {
    const model = modelOf(op('Add', ['x', 'c'], ['a']), op('Relu', ['a'], ['b']), op('Relu', ['b'], ['c']));
    model.graph.outputs = [tensorInfo('c', 'float32')];
    const [problem] = validateModel(model);
    expect(problem).toMatchObject({ code: 'cycle', severity: 'error' });
    for (const name of ['Add_a', 'Relu_b', 'Relu_c']) expect(problem!.message).toContain(`"${name}"`);
    expect(validateModel(modelOf(op('Add', ['x', 'y'], ['y'])))[0]!.message).toContain('its own output');
  });

  it('finds a cycle through a subgraph, and one among very many nodes', () => {
    const inner = branch(op('Relu', ['y'], ['r']));
    const branches = { then_branch: attr.graph(inner), else_branch: attr.graph(inner) };
    const loop = withAttributes(op('If', ['x'], ['y']), branches);
    expect(codes(modelOf(loop))).toEqual(['cycle']);
    const chain = Array.from({ length: 20_000 }, (_, i) => op('Relu', [`v${(i + 19_999) % 20_000}`], [`v${i}`]));
    const [problem] = validateModel(modelOf(...chain, op('Relu', ['x'], ['y'])));
    expect(problem).toMatchObject({ code: 'cycle' });
    expect(problem!.message).toContain('19994 more');
  });

  it('warns of nodes that are out of order', () => {
    const [problem, ...rest] = validateModel(modelOf(op('Relu', ['t'], ['y']), op('Relu', ['x'], ['t'])));
    expect(problem).toMatchObject({ code: 'node-order', severity: 'warning', node: 'Relu_y', value: 't' });
    expect(rest).toEqual([]);
  });

  it('looks into subgraphs, which see the values around them', () => {
    const then = branch(op('Relu', ['x'], ['r']));
    const otherwise = branch(op('Add', ['x', 'nowhere'], ['s']));
    const attributes = { then_branch: attr.graph(then), else_branch: attr.graph(otherwise) };
    expect(codes(modelOf(withAttributes(op('If', ['x'], ['y']), attributes)))).toEqual(['dangling-input']);
    const shadow = { then_branch: attr.graph(then), else_branch: attr.graph(branch(op('Relu', ['x'], ['t']))) };
    const model = modelOf(op('Relu', ['x'], ['t']), withAttributes(op('If', ['t'], ['y']), shadow));
    expect(validateModel(model)).toMatchObject([{ code: 'shadowed-name', severity: 'warning', value: 't' }]);
    // What one branch makes, the other does not see.
    const across = { then_branch: attr.graph(then), else_branch: attr.graph(branch(op('Relu', ['r'], ['t']))) };
    expect(codes(modelOf(withAttributes(op('If', ['x'], ['y']), across)))).toEqual(['dangling-input']);
  });
});

describe('operators', () => {
  const one = (opType: string, inputs: readonly string[], opset: number, outputs = ['y']): Model => {
    const model = modelOf(op(opType, inputs, outputs));
    model.opsetImports.set('', opset);
    return model;
  };

  it('must exist in the operator set of the model', () => {
    expect(validateModel(one('Relo', ['x'], 17))).toMatchObject([{ code: 'unknown-operator', severity: 'error' }]);
    expect(validateModel(one('Relo', ['x'], 17))[0]!.message).toContain('Did you mean "Relu"?');
    expect(validateModel(one('Gelu', ['x'], 17))[0]).toMatchObject({
      code: 'operator-too-new',
      fix: 'Export the model with operator set 20 or newer.',
    });
    expect(codes(one('Upsample', ['x', 'x'], 9))).toEqual([]);
    expect(codes(one('Upsample', ['x', 'x'], 10))).toEqual(['withdrawn-operator']);
    // Not in the standard, but onnxruntime takes it.
    expect(codes(one('LayerNormalization', ['x', 'x'], 13))).toEqual([]);
  });

  it('of a future operator set are only doubtful', () => {
    expect(validateModel(one('Marvel', ['x'], 99)).map(({ severity }) => severity)).toEqual(['warning', 'warning']);
  });

  it('have a number of inputs and outputs that depends on the operator set', () => {
    expect(codes(one('Clip', ['x', 'x', 'x'], 11))).toEqual([]);
    expect(codes(one('Clip', ['x', 'x', 'x'], 6))).toEqual(['input-count']);
    expect(codes(one('Add', ['x'], 17))).toEqual(['input-count']);
    expect(codes(one('Concat', new Array<string>(40).fill('x'), 17))).toEqual([]);
    expect(codes(one('Relu', ['x'], 17, ['y', 'z']))).toEqual(['output-count']);
  });

  it('of other domains need the domain, and somebody who defines them', () => {
    const model = modelOf(op('FusedConv', ['x', 'x'], ['y'], { domain: 'com.microsoft' }));
    expect(codes(model)).toEqual(['missing-opset-import']);
    model.opsetImports.set('com.microsoft', 1);
    expect(codes(model)).toEqual([]);
    const custom = modelOf(op('Secret', ['x'], ['y'], { domain: 'acme.ai' }));
    custom.opsetImports.set('acme.ai', 1);
    expect(validateModel(custom)).toMatchObject([{ code: 'custom-operator', severity: 'error', node: 'Secret_y' }]);
  });

  it('may be functions of the model', () => {
    const model = modelOf(op('Twice', ['x'], ['y'], { domain: 'my' }));
    model.opsetImports.set('my', 1);
    model.functions = [functionOf('Twice', op('Add', ['a', 'a'], ['b']))];
    expect(codes(model)).toEqual([]);
    model.graph.nodes[0]!.inputs.push('x');
    expect(codes(model)).toEqual(['input-count']);
  });
});

describe('functions', () => {
  it('are checked like graphs', () => {
    const model = modelOf(op('Relu', ['x'], ['y']));
    model.functions = [functionOf('F', op('Add', ['a', 'x'], ['c']))];
    expect(codes(model)).toEqual(['dangling-input', 'missing-output']);
  });

  it('must not call themselves', () => {
    const model = modelOf(op('Relu', ['x'], ['y']));
    const call = (name: string): Node => op(name, ['a'], ['b'], { domain: 'my' });
    model.functions = [functionOf('A', call('B')), functionOf('B', call('A')), functionOf('C', call('B'))];
    const problems = validateModel(model);
    expect(problems.map(({ code }) => code)).toEqual(['recursive-function', 'recursive-function']);
    expect(problems[0]!.message).toContain('"A"');
    model.functions = [functionOf('A', call('B')), functionOf('B', op('Relu', ['a'], ['b']))];
    expect(validateModel(model)).toEqual([]);
    model.functions.push(model.functions[0]!);
    expect(codes(model)).toEqual(['duplicate-function']);
  });

  it('alone may refer to attributes of a caller', () => {
    const reference: Attribute = { type: 'reference', name: 'alpha', valueType: 1 };
    const node = withAttributes(op('LeakyRelu', ['a'], ['b']), { alpha: reference });
    const model = modelOf(op('Relu', ['x'], ['y']));
    model.functions = [functionOf('F', node)];
    expect(codes(model)).toEqual([]);
    const stray = modelOf(withAttributes(op('LeakyRelu', ['x'], ['y']), { alpha: reference }));
    expect(codes(stray)).toEqual(['stray-reference']);
  });
});

describe('the whole model', () => {
  it('says its versions', () => {
    const model = modelOf(op('Relu', ['x'], ['y']));
    model.irVersion = 0;
    model.opsetImports.set('', 17);
    expect(codes(model)).toEqual(['ir-version']);
    model.irVersion = 99;
    expect(validateModel(model)).toMatchObject([{ code: 'ir-version', severity: 'warning' }]);
    model.irVersion = 8;
    model.opsetImports.clear();
    expect(codes(model)).toEqual(['missing-opset-import']);
  });

  it('has outputs, and inputs with types', () => {
    const model = modelOf();
    model.graph.inputs = [{ name: 'x' }];
    model.graph.outputs = [];
    expect(codes(model)).toEqual(['missing-type', 'no-outputs']);
  });
});
