/** Problems as SARIF 2.1.0, which code hosts and editors show beside the files. */

import { writeFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LatheError, messageOf } from '../engine/errors.ts';
import type { OptionSpec } from './command.ts';
import { jsonText } from './output.ts';
import { latheVersion } from '../engine/util/versions.ts';

export const sarifOption: OptionSpec = {
  name: 'sarif',
  value: 'FILE',
  summary: 'also write the problems as SARIF 2.1.0',
};

export interface SarifProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly fix?: string;
  /** A node of the model. */
  readonly node?: string | null;
  readonly line?: number;
  readonly column?: number;
}

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** The SARIF log of the problems of one file. */
export function sarifLog(file: string, problems: readonly SarifProblem[]): unknown {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'lathe', version: latheVersion, rules: codes.map((id) => ({ id })) } },
      results: problems.map(({ code, severity, message, fix, node, line, column }) => ({
        ruleId: code,
        ruleIndex: codes.indexOf(code),
        level: levels[severity],
        message: { text: fix === undefined ? message : `${message} ${fix}` },
        locations: [{
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            ...(line !== undefined && { region: { startLine: line, startColumn: column ?? 1 } }),
          },
          ...(node != null && { logicalLocations: [{ name: node, kind: 'element' }] }),
        }],
      })),
    }],
  };
}

/** Relative to where the command runs, as code hosts expect; a whole URI for files elsewhere. */
function uriOf(file: string): string {
  const path = relative(process.cwd(), file);
  if (path.startsWith('..') || isAbsolute(path)) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}

export function writeSarif(path: string, file: string, problems: readonly SarifProblem[]): void {
  try {
    writeFileSync(path, `${jsonText(sarifLog(file, problems))}\n`);
  } catch (error) {
    throw new LatheError('WRITE', `Cannot write "${path}".`, { detail: messageOf(error), at: { file: path } });
  }
}
