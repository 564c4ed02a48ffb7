/** Random sequences of edits on random graphs with subgraphs, compared with the same edits done without names. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dependsOn,
  Expressions,
  redirect,
  sameSource,
  type Body,
  type ConstantCell,
  type Operation,
  type Source,
} from '../../../test/model/cells.ts';
import { buildGraph, graphRecipe, type BuiltGraph } from '../../../test/model/random-graph.ts';
import { constantNodeTensor, Constants } from './constants.ts';
import { GraphEditor } from './graph-editor.ts';
import { GraphIndex } from './graph-index.ts';
import { Tensor } from './tensor.ts';
import { outerReads } from './toposort.ts';
import { validateModel } from './validate.ts';

type Command = readonly [kind: (typeof kinds)[number], a: number, b: number];

const kinds = ['insert', 'bypass', 'redirect', 'rename', 'constant', 'input', 'initializer'] as const;
const commands = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(60), fc.nat(60)), { maxLength: 12 });

class Run {
  readonly editor: GraphEditor;
  private readonly built: BuiltGraph;
  private fresh = 1000;

  constructor(built: BuiltGraph) {
    this.built = built;
    this.editor = new GraphEditor(built.model);
  }

  private get body(): Body {
    return this.built.body;
  }

  /** The name that a source of the main graph has now. */
  name(source: Source): string {
    if (source.kind === 'input') return source.name;
    if (source.kind === 'output') return source.operation.node.outputs[source.index]!;
    const { graph } = this.editor;
    for (const [name, tensor] of graph.initializers) if (tensor.toNumbers()[0] === source.value) return name;
    const node = graph.nodes.find((n) => constantNodeTensor(n)?.toNumbers()[0] === source.value);
    return node!.outputs[0]!;
  }

  private source(pick: number): Source {
    const { sources } = this.built;
    return sources[pick % sources.length]!;
  }

  private operation(pick: number): Operation | undefined {
    const { operations } = this.body;
    return operations[pick % Math.max(1, operations.length)];
  }

  do([kind, a, b]: Command): void {
    switch (kind) {
      case 'insert':
        this.insert(this.source(a));
        break;
      case 'bypass':
        this.bypass(this.operation(a));
        break;
      case 'redirect':
        this.redirect(this.source(a), this.source(b));
        break;
      case 'rename':
        this.rename(this.source(a));
        break;
      case 'constant':
        this.replaceConstant(this.source(a));
        break;
      case 'input':
        this.setInput(this.operation(a), b, this.source(b));
        break;
      case 'initializer':
        this.newInitializer(this.operation(a), b);
        break;
    }
  }

  private redirectCells(from: Source, to: Source, except?: Operation): void {
    const name = this.name(from);
    const fixed = this.editor.graph.inputs.some((input) => input.name === name) ? name : undefined;
    redirect(this.body, from, to, fixed, except);
  }

  private insert(at: Source): void {
    const { editor } = this;
    const value = this.name(at);
    const output = editor.uniqueName('inserted');
    const node = editor.add({ opType: 'Inserted', inputs: [value], outputs: [output] });
    const operation: Operation = { node, inputs: [at], bodies: [] };
    const to: Source = { kind: 'output', operation, index: 0 };
    this.redirectCells(at, to, operation);
    editor.replaceAllUses(value, output, new Set([node]));
    this.body.operations.push(operation);
    this.built.sources.push(to);
  }

  private bypass(operation: Operation | undefined): void {
    const input = operation?.inputs[0];
    if (operation?.node.outputs.length !== 1 || !input) return;
    const from: Source = { kind: 'output', operation, index: 0 };
    this.redirectCells(from, input);
    this.editor.replaceAllUses(this.name(from), this.name(input));
    this.editor.remove(operation.node);
    this.body.operations.splice(this.body.operations.indexOf(operation), 1);
    const { sources } = this.built;
    sources.splice(sources.findIndex((source) => sameSource(source, from)), 1);
  }

  private redirect(from: Source, to: Source): void {
    if (dependsOn(to, from)) return;
    this.redirectCells(from, to);
    this.editor.replaceAllUses(this.name(from), this.name(to));
  }

  private rename(source: Source): void {
    const { editor } = this;
    const name = this.name(source);
    if (editor.index.isInput(name) || editor.index.isOutput(name)) {
      expect(() => editor.renameValue(name, 'renamed')).toThrow(`"${name}"`);
    } else {
      editor.renameValue(name, `renamed${this.fresh++}`);
    }
  }

  private replaceConstant(source: Source): void {
    const name = this.name(source);
    if (source.kind !== 'constant') {
      expect(() => this.editor.replaceConstant(name, Tensor.from('t', 'float32', [], [0]))).toThrow('not a constant');
      return;
    }
    source.value = this.fresh++;
    this.editor.replaceConstant(name, Tensor.from('t', 'float32', [1], [source.value]));
    expect(this.name(source)).toBe(name);
  }

  private setInput(operation: Operation | undefined, index: number, to: Source): void {
    if (!operation) return;
    if (operation.node.outputs.some((_, i) => dependsOn(to, { kind: 'output', operation, index: i }))) return;
    const at = index % (operation.inputs.length + 1);
    operation.inputs[at] = to;
    this.editor.setInput({ node: operation.node, index: at }, this.name(to));
  }

  private newInitializer(operation: Operation | undefined, index: number): void {
    const cell: ConstantCell = { kind: 'constant', value: this.fresh++ };
    this.editor.addInitializer(Tensor.from('w0', 'float32', [], [cell.value]));
    this.built.sources.push(cell);
    this.setInput(operation, index, cell);
  }
}

/** What is known of values, one line each; uses in any order. */
function describeValues(index: GraphIndex, constants: Constants, names: readonly string[]): string[] {
  return names.map((name) => {
    const uses = index.uses(name).map((use) => `${use.node.name}:${use.index}:${use.graph === index.graph}`);
    const ends = `${index.isInput(name)} ${index.isOutput(name)}`;
    const place = constants.place(name);
    const constant = place && `${place.kind} ${place.tensor.dims.join()} ${place.tensor.toNumbers().join()}`;
    const nodes = [index.producer(name)?.name, index.soleUse(name)?.node.name];
    return [name, ...nodes, ends, constant, ...uses.sort()].join(' | ');
  });
}

function namesOf(editor: GraphEditor): string[] {
  const { graph } = editor;
  const made = graph.nodes.flatMap((node) => node.outputs);
  return [...graph.inputs.map((input) => input.name), ...graph.initializers.keys(), ...made];
}

describe('GraphEditor on random graphs', () => {
  it('does to names what the edits do to the operations', () => {
    fc.assert(
      fc.property(graphRecipe, commands, (recipe, list) => {
        const built = buildGraph(recipe);
        const { graph } = built.model;
        const inputs = graph.inputs.filter((input) => input.name.startsWith('x')).map((input) => input.name);
        const outputs = graph.outputs.map((output) => output.name);
        const run = new Run(built);
        const { editor } = run;
        // Names that are gone by now too.
        const seen = new Set(namesOf(editor));
        for (const command of list) {
          // Asked for before the edit, so that it is the edit that must keep them true.
          expect(editor.index.graph).toBe(graph);
          expect(editor.constants.has('')).toBe(false);
          run.do(command);
          for (const name of namesOf(editor)) seen.add(name);
          const names = [...seen];
          const fresh = describeValues(new GraphIndex(graph), new Constants(graph, built.model.irVersion), names);
          expect(describeValues(editor.index, editor.constants, names)).toEqual(fresh);
        }
        editor.finish();

        const expressions = new Expressions();
        expect(expressions.ofGraph(graph)).toEqual(expressions.ofBody(built.body));
        expect(graph.outputs.map((output) => output.name)).toEqual(outputs);
        expect(graph.inputs.map((input) => input.name)).toEqual(expect.arrayContaining(inputs));
        const errors = validateModel(built.model).filter(({ code }) => nameRules.has(code));
        expect(errors).toEqual([]);
        const nodeNames = [...graph.walk()].map(({ node }) => node.name);
        expect(new Set(nodeNames).size).toBe(nodeNames.length);
        expectNothingDead(editor);
      }),
      { numRuns: 120 },
    );
  });
});

const nameRules = new Set([
  'duplicate-name', 'shadowed-name', 'dangling-input', 'missing-output', 'node-order', 'cycle', 'initializer-type',
]);

function expectNothingDead({ graph }: GraphEditor): void {
  const needed = new Set(graph.outputs.map((output) => output.name));
  for (const node of graph.nodes) for (const name of outerReads(node)) needed.add(name);
  for (const node of graph.nodes) expect(node.outputs.some((output) => needed.has(output))).toBe(true);
  for (const name of graph.initializers.keys()) expect(needed).toContain(name);
}
