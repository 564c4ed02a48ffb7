/** Aligned columns of text. */

export interface TableOptions {
  /** Columns whose text stands at the right; numbers read best that way. */
  readonly right?: readonly number[];
  /** Underlines the first row. */
  readonly header?: boolean;
}

/** Columns two spaces apart; no spaces at the ends of lines. */
export function table(rows: readonly (readonly string[])[], { right = [], header = false }: TableOptions = {}): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) => Math.max(0, ...rows.map((row) => width(row[c] ?? ''))));
  const lines = rows.map((row) => line(row, widths, right));
  if (header) lines.splice(1, 0, widths.map((w) => '─'.repeat(w)).join('  '));
  return lines.join('\n');
}

function line(row: readonly string[], widths: readonly number[], right: readonly number[]): string {
  const cells = widths.map((w, c) => {
    const text = row[c] ?? '';
    const space = ' '.repeat(w - width(text));
    return right.includes(c) ? space + text : text + space;
  });
  return cells.join('  ').trimEnd();
}

/** Characters on the screen, for texts without control characters: code points, not UTF-16 units. */
function width(text: string): number {
  return Array.from(text).length;
}

/** `text`, cut in the middle so that both ends of a long name stay readable. */
export function shorten(text: string, limit: number): string {
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  const tail = Math.ceil((limit - 1) * 0.6);
  return `${characters.slice(0, limit - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`;
}
