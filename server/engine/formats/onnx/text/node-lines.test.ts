import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attr } from '../../../model/attribute.ts';
import { buildGraph, graphRecipe } from '../../../../../test/model/random-graph.ts';
import { modelOf, node, zeros } from '../../../../../test/model/build.ts';
import { nodeLines } from './node-lines.ts';
import { printModel } from './print-model.ts';
import type { Model } from '../../../model/model.ts';

function expectPrinted(model: Model): void {
  const { nodes, nodeLine, scopes } = printModel(model);
  const { head, lineOf } = nodeLines(model);
  expect(head).toBe(scopes[0]!.line);
  expect(nodes.map((one) => lineOf.get(one))).toEqual([...nodeLine]);
}

describe('counted lines are the printed ones', () => {
  it('of random graphs with bodies', () => {
    fc.assert(fc.property(graphRecipe, (recipe) => expectPrinted(buildGraph(recipe).model)), { numRuns: 60 });
  });

  it.each(['plain', 'two\nlines'])('with a head, many inputs and text (%s)', (text) => {
    const model = modelOf({
      inputs: { a: [1], b: [1], c: [1], d: [1], e: [1] },
      constants: [zeros('w', [3])],
      nodes: [
        node('Sum', 'a, b, c, d, e', 's', { note: attr.string(text) }, { domain: 'local' }),
        node('Add', 's, w', 'y'),
      ],
      outputs: ['y'],
    });
    model.docString = text;
    model.metadata = new Map([['author', text]]);
    model.producerName = 'test';
    expectPrinted(model);
  });
});
