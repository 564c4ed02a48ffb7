import type { ServerState } from '../../protocol/server.ts';
import { withoutPaths } from './without-paths.ts';

export interface ReportFacts {
  readonly extension: string;
  readonly editor: string;
  readonly host: string;
  readonly remote: string;
  readonly trusted: boolean;
  /** Undefined when the server does not answer; then `serverFailure` says why. */
  readonly server: ServerState | undefined;
  readonly serverFailure: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly log: readonly string[];
}

function serverLines({ server, serverFailure }: ReportFacts): string[] {
  if (!server) return [`- server: does not answer (${withoutPaths(serverFailure ?? 'no reason given')})`];
  return [
    `- server: ${server.lathe}, onnxruntime ${server.onnxruntime}, Node ${server.node}, ${server.platform}`,
    `- server memory: ${Math.round(server.memoryBytes / 1e6)} MB`,
    `- open models: ${server.openModels}, runs in the history: ${server.runs}`,
  ];
}

/** What a bug report needs, in Markdown; nothing in it names the user's files. */
export function diagnosticsReport(facts: ReportFacts): string {
  const settings = Object.entries(facts.settings).map(([name, value]) => `- ${name}: ${JSON.stringify(value)}`);
  return [
    '## Lathe diagnostics',
    '',
    `- Lathe ${facts.extension}`,
    `- VS Code ${facts.editor}, ${facts.host}${facts.remote === '' ? '' : `, remote: ${facts.remote}`}`,
    `- workspace trusted: ${facts.trusted ? 'yes' : 'no'}`,
    ...serverLines(facts),
    '',
    '### Settings that differ from their defaults',
    '',
    ...(settings.length > 0 ? settings : ['None.']),
    '',
    `### The last ${facts.log.length} lines of the log`,
    '',
    '```',
    ...facts.log.map(withoutPaths),
    '```',
    '',
  ].join('\n');
}
