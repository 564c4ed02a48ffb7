/**
 * Where a command's words go: results on standard output, progress and remarks on standard error. With `--json`
 * standard output holds exactly one JSON document.
 */

import { Progress } from './progress.ts';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export class Output {
  readonly json: boolean;
  readonly progress: Progress;
  private readonly quiet: boolean;
  private document: unknown;
  private readonly lines: string[] = [];

  constructor({ json, quiet }: OutputOptions) {
    this.json = json;
    this.quiet = quiet;
    this.progress = new Progress(process.stderr, quiet);
  }

  /** The command's result: the document for `--json`, the text otherwise. */
  result(document: unknown, text: string): void {
    this.document = document;
    this.lines.push(text);
  }

  /** A remark while work goes on. */
  readonly log = (line: string): void => {
    if (this.quiet) return;
    this.progress.clear();
    process.stderr.write(`${line}\n`);
  };

  /** Writes the result; resolves when standard output has taken it. */
  async finish(): Promise<void> {
    this.progress.clear();
    const text = this.json ? jsonText(this.document ?? null) : this.lines.join('\n').trimEnd();
    if (text !== '') await written(process.stdout, `${text}\n`);
  }
}

/** JSON has no infinities: an exact match, whose signal to noise ratio is infinite, is written as null. */
export function jsonText(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

export function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
