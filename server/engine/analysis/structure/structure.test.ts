import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphKindName, graphText } from '../../../../test/model/graph-text.ts';
import { graphOf, ints, modelOf, node, zeros } from '../../../../test/model/build.ts';
import type { Body, Source } from '../../../../test/model/cells.ts';
import { buildGraph, graphRecipe, type BuiltGraph } from '../../../../test/model/random-graph.ts';
import { attr } from '../../model/attribute.ts';
import { tensorInfo } from '../../model/types.ts';
import { structureOf } from '../../../../test/model/structure-of.ts';

/** The edges as the cells of the random graph know them, which have no names: "maker > reader". */
function trueEdges({ model, body }: BuiltGraph): string[] {
  const edges = new Set<string>();
  const maker = (source: Source | undefined): string | undefined => {
    if (source?.kind === 'input') return source.name;
    return source?.kind === 'output' ? source.operation.node.name : undefined;
  };
  const tensorOf = (source: Source | undefined): string =>
    (source?.kind === 'output' ? source.operation.node.outputs[source.index]! : (source as { name: string }).name);
  const add = (source: Source | undefined, reader: string): void => {
    const from = maker(source);
    if (from !== undefined) edges.add(`${from} > ${reader}: ${tensorOf(source)}`);
  };
  const visit = (within: Body): void => {
    for (const { node, inputs, bodies } of within.operations) {
      for (const source of inputs) add(source, node.name);
      bodies.forEach(visit);
    }
  };
  visit(body);
  body.returns.forEach((source, i) => add(source, `output ${model.graph.outputs[i]!.name}`));
  return [...edges].sort();
}

describe('the structure of random graphs', () => {
  it('has the edges that the graph was built with, each once', () => {
    fc.assert(fc.property(graphRecipe, (recipe) => {
      const built = buildGraph(recipe);
      const graph = structureOf(built.model);
      // Initializers that IR 3 lists as inputs are fed by nobody.
      const edges = [...graph.source].flatMap((source, e) => {
        if (graph.opTypes[graph.opType[source]!] === 'Constant') return [];
        const target = graph.target[e]!;
        const isOutput = graphKindName(graph, target) === 'output';
        const reader = isOutput ? `output ${outputName(built, graph.kind, target)}` : graph.names[target]!;
        return [`${graph.names[source]!} > ${reader}: ${graph.tensorNames[graph.tensor[e]!]!}`];
      });
      expect(edges.sort()).toEqual(trueEdges(built));
    }), { numRuns: 150 });
  });

  it('has unique names and groups that come after those around them', () => {
    fc.assert(fc.property(graphRecipe, (recipe) => {
      const graph = structureOf(buildGraph(recipe).model);
      expect(new Set(graph.names).size).toBe(graph.names.length);
      graph.groupParent.forEach((parent, group) => expect(parent).toBeLessThan(group));
      const members = new Set(graph.group);
      for (let g = 0; g < graph.groupNames.length; g++) {
        const hasInner = graph.groupParent.includes(g);
        expect(members.has(g) || hasInner).toBe(true);
      }
    }), { numRuns: 60 });
  });
});

function outputName({ model }: BuiltGraph, kind: Uint8Array, number: number): string {
  const first = kind.indexOf(2);
  return model.graph.outputs[number - first]!.name;
}

describe('bodies', () => {
  it('are groups, and read outer values, the values of their node and their own', () => {
    const body = graphOf({
      inputs: [{ name: 'i' }, { name: 'go' }, { name: 'state' }],
      nodes: [
        node('Add', 'state, x', 'sum', {}, { name: 'add' }),
        node('Relu', 'sum', 'next', {}, { name: 'relu' }),
      ],
      outputs: ['go', 'next'],
    });
    const model = modelOf({
      inputs: [tensorInfo('x', 'float32', [2]), tensorInfo('n', 'int64', [])],
      nodes: [
        node('Loop', 'n, , x', 'y', { body: attr.graph(body) }, { name: 'loop' }),
        node('Abs', 'y', 'z', {}, { name: 'abs' }),
      ],
      outputs: ['z'],
    });
    expect(graphText(structureOf(model))).toEqual([
      'x', 'n',
      'loop <- n:n, x:x',
      'add [subgraph body] <- loop:state, x:x',
      'relu [subgraph body] <- add:sum',
      'abs <- loop:y',
      'z <- abs:z',
    ]);
  });
});

describe('functions', () => {
  const square = {
    name: 'Square', domain: 'my', overload: '', inputs: ['v'], outputs: ['r'], attributes: [],
    attributeDefaults: new Map(), opsetImports: new Map([['', 17]]), valueInfos: new Map(),
    nodes: [node('Mul', 'v, v', 'm', {}, { name: 'mul' }), node('Identity', 'm', 'r', {}, { name: 'out' })],
  };
  const twice = {
    ...square, name: 'Twice', opsetImports: new Map([['', 17], ['my', 1]]),
    nodes: [
      node('Square', 'v', 'a', {}, { domain: 'my', name: 'first' }),
      node('Square', 'a', 'r', {}, { domain: 'my', name: 'second' }),
    ],
  };
  const model = modelOf({
    inputs: { x: [2, 3] },
    nodes: [
      node('Twice', 'x', 'y', {}, { domain: 'my', name: 'call' }), node('Mul', 'y, y', 'z', {}, { name: 'mul' }),
    ],
    outputs: ['z'],
  });
  model.opsetImports.set('my', 1);
  model.functions = [square, twice];

  it('are groups in each of their calls, with shapes, and take no name from other nodes', () => {
    const graph = structureOf(model);
    expect(graphText(graph)).toEqual([
      'x',
      'call <- x:x',
      'call/first [subgraph Twice] <- call:v',
      'call/first/mul [subgraph Square] <- call/first:v',
      'call/first/out [subgraph Square] <- call/first/mul:m',
      'call/second [subgraph Twice] <- call/first:a',
      'call/second/mul [subgraph Square] <- call/second:v',
      'call/second/out [subgraph Square] <- call/second/mul:m',
      'mul <- call:y',
      'z <- mul:z',
    ]);
    expect(new Set(graph.tensorTypes)).toEqual(new Set(['float32[2,3]']));
  });

  it('that call themselves are opened once', () => {
    const endless = modelOf({
      inputs: { x: [1] }, nodes: [node('Twice', 'x', 'y', {}, { domain: 'my', name: 'call' })], outputs: ['y'],
    });
    endless.functions = [{ ...twice, name: 'Square' }, twice];
    expect(structureOf(endless).names.length).toBe(9);
  });
});

describe('lines under operators', () => {
  it.each([
    ['64 3x3 /2', node('Conv', 'x, k', 'y', { strides: attr.ints([2, 2]) })],
    ['64 3x3 dilated 2', node('Conv', 'x, k', 'y', { dilations: attr.ints([2, 2]) })],
    ['8 3x3 depthwise', node('Conv', 'x, d', 'y', { group: attr.int(8) })],
    ['1000', node('Gemm', 'a, w', 'y')],
    ['axis 1', node('Concat', 'a, a', 'y', { axis: attr.int(1) })],
    ['3x3 /2', node('MaxPool', 'x', 'y', { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]) })],
    ['0 2 1', node('Transpose', 'a', 'y', { perm: attr.ints([0, 2, 1]) })],
    ['[2,64]', node('Reshape', 'x, shape', 'y')],
    ['axes 0', node('Unsqueeze', 'a, axes', 'y')],
    ['float16', node('Cast', 'a', 'y', { to: attr.int(10) })],
    ['', node('Relu', 'a', 'y')],
    ['', node('Conv', 'x, k', 'y', { group: attr.string('no number') })],
  ])('say "%s"', (detail, one) => {
    const model = modelOf({
      inputs: { x: [1, 8, 4, 4], a: [1, 16] },
      constants: [
        zeros('k', [64, 8, 3, 3]), zeros('d', [8, 1, 3, 3]), zeros('w', [16, 1000]),
        ints('shape', 2, 64), ints('axes', 0),
      ],
      nodes: [one],
      outputs: ['y'],
    });
    expect(structureOf(model).details[2]).toBe(detail);
  });
});

describe('groups', () => {
  const chain = (names: readonly (readonly [name: string, opType: string])[]): string[] => {
    const model = modelOf({
      inputs: { v0: [4] },
      nodes: names.map(([name, opType], i) => node(opType, `v${i}`, `v${i + 1}`, {}, { name })),
      outputs: [`v${names.length}`],
    });
    const graph = structureOf(model);
    return graph.groupNames.map((name, g) => {
      const parent = graph.groupParent[g]!;
      return `${parent < 0 ? '' : `${graph.groupNames[parent]!} > `}${name}: ${graph.groupShape[g]!}`;
    });
  };

  it('follow the scopes in the names, without those that say nothing', () => {
    expect(chain([
      ['/stem/Relu', 'Relu'],
      ['/a/0/inner/Abs', 'Abs'], ['/a/0/inner/Neg', 'Neg'], ['/a/0/Exp', 'Exp'],
      ['/a/1/inner/Abs', 'Abs'], ['/a/1/inner/Neg', 'Neg'], ['/a/1/Exp', 'Exp'],
      ['/deep/in/a/Abs', 'Abs'], ['/deep/in/a/Exp', 'Exp'],
    ])).toEqual(['a: -1', 'a > 0: 0', '0 > inner: 1', 'a > 1: 0', '1 > inner: 1', 'deep/in/a: -1']);
  });

  it('do not follow kinds of operators, scattered names or a scope around everything', () => {
    expect(chain([
      ['all.Abs.0', 'Abs'], ['all.Neg.0', 'Neg'], ['all.Abs.1', 'Abs'], ['all.Neg.1', 'Neg'], ['all.Abs.2', 'Abs'],
      ['all.Exp.0', 'Exp'], ['all.Exp.1', 'Exp'],
    ])).toEqual([]);
  });

  it('are blocks that repeat where there are no names, cut where one tensor crosses', () => {
    const block = ['Abs', 'Neg', 'Exp', 'Sqrt', 'Relu'];
    const names = ['Floor', ...block, ...block, ...block, 'Ceil'].map((opType): [string, string] => ['', opType]);
    expect(chain(names)).toEqual([
      'block ×3: -1', 'block ×3 > block 1: 0', 'block ×3 > block 2: 0', 'block ×3 > block 3: 0',
    ]);
  });
});
