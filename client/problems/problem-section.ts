/** The anchor of a heading as Markdown renderers make it. */
function anchorOf(heading: string): string {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

/** The anchor of the section that explains a problem code in docs/problems.md; empty where none does. */
export function sectionOf(markdown: string, code: string): string {
  let heading = '';
  for (const line of markdown.split('\n')) {
    const title = /^#{1,6}\s+(.+)$/.exec(line)?.[1];
    if (title !== undefined) heading = title;
    if (line.includes(code)) return anchorOf(heading);
  }
  return '';
}
