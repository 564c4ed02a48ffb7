/**
 * Patterns that name layers. Layer names look like paths (`/features/3/conv/Conv`), so the rules are those of file
 * globs, with `/` between the parts:
 *
 * - `*` any run of characters inside one part, `?` one character inside one part;
 * - `**` any run of characters, across parts; `a/**` is `a` and everything under it; between two slashes it is any
 *   number of parts, also none;
 * - `{x,y}` either one; braces may nest;
 * - `\` takes the next character as it is.
 *
 * Upper and lower case differ. A pattern without `/` that has a wildcard is held against the last part of the name, so
 * that `*` is every layer and `Conv_*` finds `/block/Conv_3`; without a wildcard it is the exact name.
 */

const special = /[.+^$()|[\]\\{}*?]/g;

/** A test for names; parse once, ask often. */
export function compileGlob(pattern: string): (name: string) => boolean {
  const wild = /[*?{]/.test(pattern.replaceAll(/\\./g, ''));
  if (!wild) {
    const exact = pattern.replaceAll(/\\(.)/g, '$1');
    return (name) => name === exact;
  }
  const expression = new RegExp(`^(?:${translate(pattern)})$`, 'su');
  if (pattern.includes('/') || pattern.includes('**')) return (name) => expression.test(name);
  return (name) => expression.test(name.slice(name.lastIndexOf('/') + 1));
}

/** `true` when `name` is one of the names that `pattern` means. */
export function matchesGlob(pattern: string, name: string): boolean {
  if (pattern !== last?.pattern) last = { pattern, test: compileGlob(pattern) };
  return last.test(name);
}

/** One pattern is usually held against many names in a row. */
let last: { readonly pattern: string; readonly test: (name: string) => boolean } | undefined;

function translate(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '\\' && i + 1 < pattern.length) {
      i += 1;
      out += escape(pattern[i]!);
    } else if (char === '*' && pattern[i + 1] === '*') {
      while (pattern[i + 1] === '*') i += 1;
      const { text, skip } = doubleStar(out, pattern, i + 1);
      out = text;
      i += skip;
    } else if (char === '*') out += '[^/]*';
    else if (char === '?') out += '[^/]';
    else if (char === '{') {
      const end = closingBrace(pattern, i);
      if (end < 0) out += '\\{';
      else {
        out += `(?:${alternatives(pattern.slice(i + 1, end)).map(translate).join('|')})`;
        i = end;
      }
    } else out += escape(char);
  }
  return out;
}

// Two stars between slashes may stand for a single slash, and a slash with two stars at the end for nothing at all.
function doubleStar(before: string, pattern: string, next: number): { text: string; skip: number } {
  const afterSlash = before.endsWith('/');
  if (afterSlash && pattern[next] === '/') return { text: `${before}(?:.*/)?`, skip: 1 };
  if (afterSlash && next === pattern.length && before.length > 1) {
    return { text: `${before.slice(0, -1)}(?:/.*)?`, skip: 0 };
  }
  return { text: `${before}.*`, skip: 0 };
}

function escape(text: string): string {
  return text.replaceAll(special, '\\$&');
}

/** Index of the brace that closes the one at `open`, or -1. */
function closingBrace(pattern: string, open: number): number {
  let depth = 0;
  for (let i = open; i < pattern.length; i++) {
    if (pattern[i] === '\\') i += 1;
    else if (pattern[i] === '{') depth += 1;
    else if (pattern[i] === '}') {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}

/** The parts between the commas of a brace, nested braces left whole. */
function alternatives(body: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < body.length; i++) {
    if (body[i] === '\\') i += 1;
    else if (body[i] === '{') depth += 1;
    else if (body[i] === '}') depth -= 1;
    else if (body[i] === ',' && depth === 0) {
      parts.push(body.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(body.slice(start));
  return parts;
}

/** A pattern that means exactly `name`. */
export function exactPattern(name: string): string {
  return name.replaceAll(/[\\*?{}]/g, String.raw`\$&`);
}
