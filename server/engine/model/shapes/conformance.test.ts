/**
 * ONNX's own operator tests as the reference: 1,834 models with recorded inputs and outputs. What is inferred must
 * agree with the recorded outputs. Every model is inferred twice: from the declared input types, and with the recorded
 * inputs as constants, so that shapes that depend on numbers, and the numbers themselves, are put to the test.
 *
 * LATHE_CONFORMANCE is the folder in which `onnx-conformance-*.tar.xz` was unpacked; without it the tests are skipped.
 */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../formats/onnx/read.ts';
import { readTensorFile } from '../../formats/onnx/tensor-file.ts';
import type { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import type { Tensor } from '../tensor.ts';
import { inferShapes, type InferredTypes } from './infer.ts';
import { Known } from './known.ts';

const folder = process.env['LATHE_CONFORMANCE'];
const skipped = folder === undefined ? ' (skipped: LATHE_CONFORMANCE is not set)' : '';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly data: string;
}

function casesIn(root: string): Case[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.onnx'));
  return files.sort().map((file) => {
    const model = join(root, file);
    // Whole-model tests keep their data beside the file, in a folder of its name.
    const own = file.endsWith('model.onnx') ? dirname(model) : model.slice(0, -'.onnx'.length);
    return { name: file, model, data: join(own, 'test_data_set_0') };
  });
}

/** Recorded values by name; those that are no tensors are left out. */
function recorded(data: string, kind: 'input' | 'output', names: readonly string[]): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  names.forEach((name, i) => {
    const file = join(data, `${kind}_${i}.pb`);
    if (!existsSync(file)) return;
    try {
      values.set(name, readTensorFile(file).withName(name));
    } catch {
      // A sequence, a map or an optional value.
    }
  });
  return values;
}

/** Without what the file says about outputs and inner values. */
function stripped(graph: Graph): void {
  graph.valueInfos.clear();
  graph.outputs = graph.outputs.map(({ name }) => ({ name }));
  for (const node of graph.nodes) for (const subgraph of node.subgraphs()) stripped(subgraph);
}

function withConstants(model: Model, inputs: ReadonlyMap<string, Tensor>): Model {
  const copy = model.clone();
  for (const [name, tensor] of inputs) copy.graph.initializers.set(name, tensor);
  copy.graph.inputs = copy.graph.inputs.filter(({ name }) => !inputs.has(name));
  return copy;
}

/** What the inferred types say that is not so. */
function contradictions(types: InferredTypes, outputs: ReadonlyMap<string, Tensor>): string[] {
  return [...outputs].flatMap(([name, actual]) => {
    const type = types.get(name);
    if (!type) return [];
    // An optional output that is there is recorded as what it holds.
    const inner = type.kind === 'optional' ? type.element : type;
    if (inner.kind !== 'tensor') return [`${name} is a tensor, not a ${inner.kind}`];
    const { dtype, shape } = inner;
    const wrong: string[] = [];
    if (dtype !== 'undefined' && dtype !== actual.dtype) wrong.push(`${name} is ${actual.dtype}, not ${dtype}`);
    const { dims } = actual;
    const fits = shape?.length === dims.length && shape.every((d, i) => typeof d !== 'number' || d === dims[i]);
    if (shape && !fits) wrong.push(`${name} is [${dims.join()}], not [${shape.join()}]`);
    const numbers = Known.constant(actual).elements;
    types.elements(name)?.forEach((element, i) => {
      if (typeof element !== 'number' || numbers?.[i] === undefined || agree(element, numbers[i])) return;
      wrong.push(`${name}[${i}] is ${numbers[i]}, not ${element}`);
    });
    return wrong;
  });
}

/** The recorded floats were computed in single precision, in another order: they may differ in the last bits. */
function agree(element: number, actual: number | string | null): boolean {
  if (element === actual) return true;
  return typeof actual === 'number' && Math.abs(element - actual) <= 1e-6 * Math.abs(actual);
}

describe.skipIf(folder === undefined)(`inferred types of ONNX conformance models${skipped}`, () => {
  const cases = folder === undefined ? [] : casesIn(folder);

  it('finds the models', () => {
    expect(cases.length).toBeGreaterThan(1800);
  });

  it.each(['declared inputs', 'inputs as constants'])('agree with the recorded outputs, from %s', (mode) => {
    const failures: string[] = [];
    let complete = 0;
    let total = 0;
    for (const { name, model: path, data } of cases) {
      const model = readModel(path);
      stripped(model.graph);
      const inputs = recorded(data, 'input', model.graph.inputs.map((i) => i.name));
      const outputs = recorded(data, 'output', model.graph.outputs.map((o) => o.name));
      const types = inferShapes(mode === 'declared inputs' ? model : withConstants(model, inputs));
      for (const wrong of contradictions(types, outputs)) failures.push(`${name}: ${wrong}`);
      for (const problem of types.problems) failures.push(`${name}: ${problem.message}`);
      for (const operator of types.unknownOperators) failures.push(`${name}: no rule for ${operator}`);
      total += outputs.size;
      for (const output of outputs.keys()) {
        const type = types.tensor(output);
        if (type && type.dtype !== 'undefined' && type.shape?.every((d) => typeof d === 'number')) complete += 1;
      }
    }
    expect(failures).toEqual([]);
    // Results whose shape depends on data (NonZero, Unique, …) stay open; the rest must not.
    expect(complete / total).toBeGreaterThan(mode === 'declared inputs' ? 0.8 : 0.95);
  });
});
