/** Problems as diagnostics. */

import {
  DiagnosticSeverity,
  type Diagnostic,
  type DiagnosticRelatedInformation,
  type Location,
} from 'vscode-languageserver';
import type { ModelProblem } from '../../../protocol/problems.ts';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

/**
 * @param lineLength of the lines of the text view; without it the ranges are empty
 * @param ruling the rule of a recipe that decides about a layer
 */
export function diagnosticOf(
  problem: ModelProblem,
  lineLength: (line: number) => number,
  ruling: (layer: string) => Location | undefined,
): Diagnostic {
  const { line, node } = problem;
  const location = node === undefined ? undefined : ruling(node);
  const related: DiagnosticRelatedInformation[] = location
    ? [{ location, message: 'This rule of the recipe decides about the layer.' }]
    : [];
  return {
    range: { start: { line, character: 0 }, end: { line, character: lineLength(line) } },
    severity: severities[problem.severity],
    code: problem.code,
    source: 'lathe',
    message: problem.fix === undefined ? problem.message : `${problem.message} ${problem.fix}`,
    ...(related.length > 0 && { relatedInformation: related }),
    data: problem,
  };
}
