import { describe, expect, it } from 'vitest';
import { attr } from './attribute.ts';
import { GraphEditor } from './graph-editor.ts';
import { Graph, type QuantizationAnnotation } from './graph.ts';
import { Model } from './model.ts';
import { Node } from './node.ts';
import { Tensor } from './tensor.ts';
import { tensorInfo } from './types.ts';

/** `'A: x, w -> y'` is a node of operator A, named a. */
function node(text: string, bodies: readonly Graph[] = []): Node {
  const [, opType = '', inputs = '', outputs = ''] = /^(\w+): ?(.*?) ?-> (.*)$/.exec(text)!;
  const names = (list: string): string[] => (list ? list.split(', ').map((name) => (name === '-' ? '' : name)) : []);
  return new Node({
    name: opType.toLowerCase(),
    opType,
    inputs: names(inputs),
    outputs: names(outputs),
    attributes: bodies.map((body, i) => [`body${i}`, attr.graph(body)] as const),
  });
}

function graphOf(inputs: string, nodes: readonly Node[], outputs: string, weights = ''): Graph {
  const graph = new Graph();
  graph.inputs = inputs.split(' ').filter(Boolean).map((name) => tensorInfo(name, 'float32'));
  graph.outputs = outputs.split(' ').filter(Boolean).map((name) => tensorInfo(name, 'float32'));
  graph.nodes = [...nodes];
  for (const name of weights.split(' ').filter(Boolean)) {
    graph.initializers.set(name, Tensor.from(name, 'float32', [], [1]));
  }
  return graph;
}

function editorOf(graph: Graph, irVersion = 8): GraphEditor {
  const model = new Model();
  model.irVersion = irVersion;
  model.graph = graph;
  return new GraphEditor(model);
}

const show = (graph: Graph): string[] =>
  graph.nodes.map(({ opType, inputs, outputs }) => {
    const read = inputs.map((name) => name || '-').join(', ');
    return `${opType}: ${read} -> ${outputs.join(', ')}`;
  });

describe('GraphEditor', () => {
  describe('names', () => {
    it('gives names that nothing in the model has, subgraphs included', () => {
      const inner = graphOf('', [node('B: x -> t')], 't', 'w');
      const editor = editorOf(graphOf('x', [node('A: x -> y', [inner])], 'y'));
      expect(['x', 'y', 't', 'w', 'w', 'z', 'z'].map((base) => editor.uniqueName(base))).toEqual([
        'x_1', 'y_1', 't_1', 'w_1', 'w_2', 'z', 'z_1',
      ]);
      expect(['a', 'b', 'c'].map((base) => editor.uniqueNodeName(base))).toEqual(['a_1', 'b_1', 'c']);
    });

    it('knows the names inside nodes that are added', () => {
      const editor = editorOf(graphOf('x', [], ''));
      const branch = attr.graph(graphOf('', [node('B: x -> t')], 't'));
      editor.add({ opType: 'If', inputs: ['x'], outputs: ['y'], attributes: { then_branch: branch } });
      expect(editor.uniqueName('t')).toBe('t_1');
      expect(editor.uniqueNodeName('b')).toBe('b_1');
    });

    it('lets a node take the name of the one that it replaces', () => {
      const editor = editorOf(graphOf('x', [node('A: x -> y')], 'y'));
      editor.remove(editor.graph.nodes[0]!);
      expect(editor.add({ name: 'a', opType: 'B', inputs: ['x'], outputs: ['y'] }).name).toBe('a');
    });
  });

  describe('replaceAllUses', () => {
    it('keeps the name of a graph output when a node is put behind it', () => {
      const editor = editorOf(graphOf('x', [node('A: x -> y'), node('B: y -> z')], 'y z'));
      const added = editor.add({ opType: 'Q', inputs: ['y'], outputs: ['q'] });
      editor.replaceAllUses('y', 'q', new Set([added]));
      editor.finish();
      expect(show(editor.graph)).toEqual(['A: x -> y_raw', 'Q: y_raw -> y', 'B: y -> z']);
    });

    it('keeps the name of a graph output that is a constant', () => {
      const editor = editorOf(graphOf('x', [], 'w', 'w'));
      const added = editor.add({ opType: 'Q', inputs: ['w'], outputs: ['q'] });
      editor.replaceAllUses('w', 'q', new Set([added]));
      editor.finish();
      expect(show(editor.graph)).toEqual(['Q: w_raw -> w']);
      expect([...editor.graph.initializers.keys()]).toEqual(['w_raw']);
      expect(editor.graph.initializers.get('w_raw')!.name).toBe('w_raw');
    });

    it('copies what already leaves the graph under another name', () => {
      const editor = editorOf(graphOf('x', [node('A: x -> y'), node('B: y -> z')], 'y z'));
      editor.replaceAllUses('z', 'y');
      editor.finish();
      expect(show(editor.graph)).toEqual(['A: x -> y', 'Identity: y -> z']);
    });

    it('makes an output from a graph input', () => {
      const editor = editorOf(graphOf('x', [node('A: x -> y')], 'y'));
      editor.replaceAllUses('y', 'x');
      editor.finish();
      expect(show(editor.graph)).toEqual(['Identity: x -> y']);
    });

    it('leaves an input that is returned as it is', () => {
      const editor = editorOf(graphOf('x', [node('A: x -> y')], 'x y'));
      const added = editor.add({ opType: 'Q', inputs: ['x'], outputs: ['q'] });
      editor.replaceAllUses('x', 'q', new Set([added]));
      editor.finish();
      expect(show(editor.graph)).toEqual(['Q: x -> q', 'A: q -> y']);
      expect(editor.graph.outputs.map((o) => o.name)).toEqual(['x', 'y']);
    });

    it('reaches captures in nested subgraphs, but not names that a subgraph defines itself', () => {
      const deepest = graphOf('', [node('D: v, u -> d')], 'd');
      const shadowing = graphOf('v', [node('E: v -> e')], 'e');
      const middle = graphOf('', [node('C: v -> c', [deepest, shadowing])], 'c', 'u');
      const editor = editorOf(graphOf('x', [node('A: x -> v'), node('O: x -> u'), node('B: u -> y', [middle])], 'y'));
      const added = editor.add({ opType: 'Q', inputs: ['v'], outputs: ['q'] });
      editor.replaceAllUses('v', 'q', new Set([added]));
      editor.replaceAllUses('u', 'x');
      editor.finish();
      expect(show(editor.graph)).toEqual(['A: x -> v', 'Q: v -> q', 'B: x -> y']);
      expect([middle, deepest, shadowing].flatMap(show)).toEqual(['C: q -> c', 'D: q, u -> d', 'E: v -> e']);
    });

    it('follows a value that a branch returns with no node of its own', () => {
      const branch = graphOf('', [], 'v');
      const editor = editorOf(graphOf('x', [node('A: x -> v'), node('If: x -> y', [branch])], 'y'));
      const added = editor.add({ opType: 'Q', inputs: ['v'], outputs: ['q'] });
      editor.replaceAllUses('v', 'q', new Set([added]));
      editor.finish();
      expect(show(editor.graph)).toEqual(['A: x -> v_raw', 'Q: v_raw -> v', 'If: x -> y']);
    });

    it('edits a branch that returns a value from around it', () => {
      const branch = graphOf('', [node('C: v -> c')], 'v');
      const model = new Model();
      model.graph = graphOf('x', [node('A: x -> v'), node('If: x -> y', [branch])], 'y');
      const editor = new GraphEditor(model, branch);
      const added = editor.add({ opType: 'Q', inputs: ['v'], outputs: ['q'] });
      editor.replaceAllUses('v', 'q', new Set([added]));
      editor.finish();
      expect(branch.outputs.map((o) => o.name)).toEqual(['v']);
      expect(branch.nodes).toEqual([]);
    });
  });

  describe('renameValue', () => {
    it('renames what makes a value, its uses everywhere, its type and its annotation', () => {
      const inner = graphOf('', [node('C: v -> c')], 'c');
      const editor = editorOf(graphOf('x', [node('A: x -> v'), node('B: v -> y', [inner])], 'y'));
      editor.graph.valueInfos.set('v', tensorInfo('v', 'float32', [1]));
      const annotation = (name: string): QuantizationAnnotation => ({
        tensorName: name,
        parameters: new Map([['SCALE_TENSOR', name]]),
      });
      editor.graph.quantizationAnnotations.push(annotation('v'));
      editor.renameValue('v', 'r');
      editor.finish();
      expect(show(editor.graph)).toEqual(['A: x -> r', 'B: r -> y']);
      expect(show(inner)).toEqual(['C: r -> c']);
      expect([...editor.graph.valueInfos]).toEqual([['r', tensorInfo('r', 'float32', [1])]]);
      expect(editor.graph.quantizationAnnotations).toEqual([annotation('r')]);
    });

    it.each([
      ['x', 'r', /"x" is an input/],
      ['y', 'r', /"y" leaves/],
      ['v', 'x', /"x" is taken/],
    ])('refuses %s -> %s', (from, to, message) => {
      const editor = editorOf(graphOf('x', [node('A: x -> v'), node('B: v -> y')], 'y'));
      expect(() => editor.renameValue(from, to)).toThrow(message);
    });
  });

  describe('replaceConstant', () => {
    it('keeps the input declaration of an IR 3 initializer in step', () => {
      const editor = editorOf(graphOf('x w', [node('A: x, w -> y')], 'y', 'w'), 3);
      editor.replaceConstant('w', Tensor.from('other', 'int8', [2], [1, 2]));
      editor.finish();
      expect(editor.graph.inputs).toEqual([tensorInfo('x', 'float32'), tensorInfo('w', 'int8', [2])]);
      expect(editor.graph.initializers.get('w')).toMatchObject({ name: 'w', dtype: 'int8', dims: [2] });
    });

    it('puts an initializer where a Constant node was', () => {
      const constant = node('Constant: -> c');
      constant.attributes.set('value_float', attr.float(2));
      const editor = editorOf(graphOf('x', [constant, node('A: x, c -> y')], 'y'));
      expect(editor.constants.tensor('c')!.toNumbers()).toEqual([2]);
      editor.replaceConstant('c', Tensor.from('new', 'float32', [], [3]));
      expect(editor.constants.tensor('c')!.toNumbers()).toEqual([3]);
      editor.finish();
      expect(show(editor.graph)).toEqual(['A: x, c -> y']);
    });

    it('knows the Constant nodes that were added and removed', () => {
      const editor = editorOf(graphOf('x', [], ''));
      expect(editor.constants.has('c')).toBe(false);
      const attributes = { value_int: attr.int(5) };
      const added = editor.add({ opType: 'Constant', inputs: [], outputs: ['c'], attributes });
      expect(editor.constants.tensor('c')!.toNumbers()).toEqual([5]);
      editor.remove(added);
      expect(editor.constants.has('c')).toBe(false);
    });

    it('refuses what is not constant, a default that callers may override included', () => {
      const editor = editorOf(graphOf('x w', [node('A: x, w -> y')], 'y', 'w'), 8);
      const tensor = Tensor.from('t', 'float32', [], [0]);
      expect(() => editor.replaceConstant('w', tensor)).toThrow('"w" is not a constant');
      expect(() => editor.replaceConstant('y', tensor)).toThrow('"y" is not a constant');
    });
  });

  describe('setInput', () => {
    it('fills the inputs in between with nothing', () => {
      const editor = editorOf(graphOf('x', [node('A: x -> y')], 'y', 'w'));
      expect(editor.index.uses('w')).toEqual([]);
      editor.setInput({ node: editor.graph.nodes[0]!, index: 2 }, 'w');
      expect(show(editor.graph)).toEqual(['A: x, -, w -> y']);
      expect(editor.index.uses('w')).toMatchObject([{ index: 2 }]);
      editor.setInput({ node: editor.graph.nodes[0]!, index: 2 }, '');
      expect(editor.index.uses('w')).toEqual([]);
    });

    it('knows whether a node of a subgraph reads from outside', () => {
      const inner = graphOf('', [node('B: x -> b'), node('C: x -> c')], 'c');
      const editor = editorOf(graphOf('x', [node('A: -> y', [inner])], 'y'));
      expect(editor.index.uses('x')).toHaveLength(2);
      editor.setInput({ node: inner.nodes[1]!, index: 0 }, 'b');
      expect(editor.index.uses('x')).toHaveLength(1);
      expect(editor.index.uses('b')).toEqual([]);
    });

    it('leaves lists of uses that were taken before as they were', () => {
      const editor = editorOf(graphOf('x', [node('A: x, x, x -> y')], 'y', 'w'));
      const uses = editor.index.uses('x');
      for (const use of uses) editor.setInput(use, 'w');
      expect(uses).toHaveLength(3);
      expect(show(editor.graph)).toEqual(['A: w, w, w -> y']);
    });
  });

  describe('finish', () => {
    it('sorts by captures too, and leaves nodes in order where they are', () => {
      const body = graphOf('', [node('D: late -> d')], 'd');
      const nodes = [node('B: x -> b', [body]), node('Z: x -> z'), node('L: x -> late')];
      const editor = editorOf(graphOf('x', nodes, 'b z'));
      editor.finish();
      expect(show(editor.graph)).toEqual(['Z: x -> z', 'L: x -> late', 'B: x -> b']);
    });

    it('drops what nothing needs: nodes, constants, types and annotations, but no input', () => {
      const nodes = [node('A: x, w -> y'), node('B: x, v -> b'), node('C: b -> c')];
      const graph = graphOf('x unused', nodes, 'y', 'w v scale lost');
      graph.valueInfos.set('b', tensorInfo('b', 'float32'));
      graph.quantizationAnnotations = [
        { tensorName: 'y', parameters: new Map([['SCALE_TENSOR', 'scale']]) },
        { tensorName: 'b', parameters: new Map([['SCALE_TENSOR', 'lost']]) },
      ];
      const editor = editorOf(graph);
      editor.finish();
      expect(show(graph)).toEqual(['A: x, w -> y']);
      expect([...graph.initializers.keys()]).toEqual(['w', 'scale']);
      expect(graph.inputs.map((i) => i.name)).toEqual(['x', 'unused']);
      expect(graph.valueInfos.size).toBe(0);
      expect(graph.quantizationAnnotations).toHaveLength(1);
    });

    it.each([
      [3, ['x', 'unused']],
      [8, ['x', 'unused', 'w']],
    ])('in IR %i treats an unused initializer that is listed as an input so', (irVersion, inputs) => {
      const editor = editorOf(graphOf('x unused w', [node('A: x -> y')], 'y', 'w'), irVersion);
      editor.finish();
      expect(editor.graph.inputs.map((i) => i.name)).toEqual(inputs);
    });

    it.each([
      ['removed', 'INTERNAL', 'Node "b" reads "v"'],
      ['never there', 'MODEL_INVALID', 'Node "b" reads "v"'],
    ])('says which node reads a value that is %s', (why, code, message) => {
      const graph = graphOf('x', [node('A: x -> v'), node('B: v -> y')], 'y');
      if (why === 'never there') graph.nodes.shift();
      const editor = editorOf(graph);
      if (why === 'removed') editor.remove(graph.nodes[0]!);
      const expected = { code, message: `${message}, which nothing makes.` };
      expect(() => editor.finish()).toThrow(expect.objectContaining(expected));
    });

    it('refuses an output that nothing makes, and a value made twice', () => {
      const lost = editorOf(graphOf('x', [node('A: x -> y')], 'y'));
      lost.remove(lost.graph.nodes[0]!);
      expect(() => lost.finish()).toThrow('The graph returns "y"');
      const doubled = editorOf(graphOf('x', [node('A: x -> y')], 'y z'));
      doubled.add({ opType: 'B', inputs: ['x'], outputs: ['y', 'z'] });
      expect(() => doubled.finish()).toThrow('Two nodes make the value "y"');
    });

    it('accepts values of the graphs around a subgraph', () => {
      const inner = graphOf('', [node('C: v, w, x -> c')], 'c');
      const middle = graphOf('', [node('B: x -> b', [inner])], 'b');
      const model = new Model();
      model.graph = graphOf('x', [node('A: x -> v'), node('If: x -> y', [middle])], 'y', 'w');
      new GraphEditor(model, inner).finish();
      inner.nodes[0]!.inputs.push('nowhere');
      expect(() => new GraphEditor(model, inner).finish()).toThrow('"nowhere"');
    });
  });
});
