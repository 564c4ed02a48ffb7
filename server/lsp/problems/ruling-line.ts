/** The rule of a recipe that decides about a layer. */

import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { Location } from 'vscode-languageserver';
import { rangeAt } from '../../engine/recipe/place.ts';
import { matchesGlob } from '../../engine/util/glob.ts';
import { uriOf } from '../models/store.ts';

interface Rule {
  readonly match: string;
  readonly location: Location;
}

/** The rules of the recipe at `path`, in its order; empty when it cannot be read. */
export function rulesOf(path: string): readonly Rule[] {
  try {
    const lines = new LineCounter();
    const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, prettyErrors: false });
    const { steps } = (document.toJS() ?? {}) as { readonly steps?: unknown };
    if (!Array.isArray(steps)) return [];
    return (steps as unknown[]).flatMap((step, i) => layersOf(step).flatMap(({ name, layers }) =>
      layers.flatMap((rule, k): Rule[] => {
        const match = typeof rule === 'object' && rule !== null && 'match' in rule ? rule.match : undefined;
        if (typeof match !== 'string') return [];
        const [start, end] = rangeAt(document, ['steps', i, name, 'layers', k, 'match'], 'value');
        const position = (offset: number): { line: number; character: number } => {
          const { line, col } = lines.linePos(offset);
          return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) };
        };
        return [{ match, location: { uri: uriOf(path), range: { start: position(start), end: position(end) } } }];
      })));
  } catch {
    // The recipe has problems of its own, which its editor tells.
    return [];
  }
}

function layersOf(step: unknown): { readonly name: string; readonly layers: readonly unknown[] }[] {
  if (typeof step !== 'object' || step === null) return [];
  return Object.entries(step).flatMap(([name, options]: [string, unknown]) => {
    const layers = typeof options === 'object' && options !== null && 'layers' in options ? options.layers : undefined;
    return Array.isArray(layers) ? [{ name, layers: layers as unknown[] }] : [];
  });
}

/** The last rule that matches counts. */
export function rulingLine(rules: readonly Rule[], layer: string): Location | undefined {
  return rules.findLast(({ match }) => matchesGlob(match, layer))?.location;
}
