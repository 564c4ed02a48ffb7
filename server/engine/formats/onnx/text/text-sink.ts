/** Collects lines and tokens as they are printed. */

import { textTokenKinds, type TextTokenKind, type TextTokens } from './printed-model.ts';

const kindCodes = new Map<TextTokenKind, number>(textTokenKinds.map((kind, code) => [kind, code]));

/** Numbers by token: line, column, length, kind, reference. */
const stride = 5;

/** Editors end a line at each of these, also inside quotes. */
const lineBreak = /\r\n|\r|\n/;

export class TextSink {
  readonly lines: string[] = [];
  private current = '';
  private comments: string[] = [];
  private data = new Int32Array(stride * 1024);
  private count = 0;

  /** Number of the line that is being written, from 0. */
  get line(): number {
    return this.lines.length;
  }

  /** Punctuation and space, without line breaks. */
  raw(text: string): void {
    this.current += text;
  }

  token(kind: TextTokenKind, text: string, reference = -1): void {
    if (!lineBreak.test(text)) {
      this.piece(kind, text, reference);
      return;
    }
    for (const [i, part] of text.split(lineBreak).entries()) {
      if (i > 0) {
        this.lines.push(this.current);
        this.current = '';
      }
      this.piece(kind, part, reference);
    }
  }

  /** What goes to the end of the line as a comment, once the line ends. */
  remark(text: string): void {
    this.comments.push(text.replaceAll(/\s+/g, ' '));
  }

  /** Ends the line. */
  end(): void {
    if (this.comments.length > 0) {
      if (this.current.trim() !== '') this.current += '  ';
      this.piece('comment', `# ${this.comments.join('; ')}`, -1);
      this.comments = [];
    }
    this.lines.push(this.current);
    this.current = '';
  }

  tokens(): TextTokens {
    const column = (offset: number): Int32Array =>
      Int32Array.from({ length: this.count }, (_, i) => this.data[i * stride + offset]!);
    return {
      line: column(0), column: column(1), length: column(2), kind: Uint8Array.from(column(3)), reference: column(4),
    };
  }

  private piece(kind: TextTokenKind, text: string, reference: number): void {
    if (text === '') return;
    const start = this.count * stride;
    if (start + stride > this.data.length) {
      const larger = new Int32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[start] = this.lines.length;
    this.data[start + 1] = this.current.length;
    this.data[start + 2] = text.length;
    this.data[start + 3] = kindCodes.get(kind)!;
    this.data[start + 4] = reference;
    this.count += 1;
    this.current += text;
  }
}
