/** Words as they must be written in a recipe. */

/** What YAML would take for something else than the text. */
const reserved = /^(true|false|null|yes|no|on|off|~|[-+.\d].*)$/i;

/** The text as a YAML scalar: bare where that is safe, also inside braces, else in double quotes. */
export function scalarText(text: string): string {
  return /^[A-Za-z_./][\w./*-]*$/.test(text) && !reserved.test(text) ? text : JSON.stringify(text);
}

/** The text inside a quote that is already open. */
export function insideQuote(text: string, quote: '"' | "'"): string {
  return quote === '"' ? JSON.stringify(text).slice(1, -1) : text.replaceAll("'", "''");
}

export { exactPattern } from '../../engine/util/glob.ts';
