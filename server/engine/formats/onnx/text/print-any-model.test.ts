import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomModel } from '../../../../../test/onnx/random-model.ts';
import { printModel } from './print-model.ts';
import { textTokenKinds } from './printed-model.ts';

it('prints whatever a file may hold, with every token where it says', () => {
  fc.assert(fc.property(randomModel, (model) => {
    const { lines, nodes, nodeLine, nodeEndLine, nodeScope, valueNames, scopes, tokens, blocks } = printModel(model);
    expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true);
    expect(nodes.length).toBeGreaterThanOrEqual([...model.graph.walk()].length);
    let [lastLine, lastEnd] = [0, 0];
    for (let i = 0; i < tokens.line.length; i++) {
      const [line, column, length] = [tokens.line[i]!, tokens.column[i]!, tokens.length[i]!];
      expect(column + length).toBeLessThanOrEqual(lines[line]!.length);
      expect(line > lastLine || (line === lastLine && column >= lastEnd)).toBe(true);
      [lastLine, lastEnd] = [line, column + length];
      const kind = textTokenKinds[tokens.kind[i]!]!;
      const word = lines[line]!.slice(column, column + length);
      const reference = tokens.reference[i]!;
      if (kind === 'operator' && !/\s/.test(nodes[reference]!.opType)) expect(word).toContain(nodes[reference]!.opType);
      if (kind === 'definition' || kind === 'use') {
        const name = valueNames[reference]!;
        if (/^\w+$/.test(name)) expect(word.replaceAll('"', '')).toBe(name);
      }
    }
    for (const [i, scope] of [...nodeScope].entries()) {
      expect(nodeLine[i]!).toBeGreaterThanOrEqual(scopes[scope]!.line);
      expect(nodeEndLine[i]!).toBeLessThanOrEqual(scopes[scope]!.endLine);
    }
    for (const { line, endLine } of blocks) expect(endLine).toBeGreaterThanOrEqual(line - 1);
  }), { numRuns: 200 });
});
