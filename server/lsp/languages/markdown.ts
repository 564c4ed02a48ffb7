/** Text in Markdown. */

/** In a code span, whatever quotes the text has. */
export function codeSpan(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text}${fence}`;
}

/** Text that Markdown leaves as it is. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\*_[\]<>#|`]/g, String.raw`\$&`);
}
