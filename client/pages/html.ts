/** The document of a webview: a frame for the program, with nothing of the user's in it. */
export interface PageFrame {
  readonly title: string;
  /** Uris as the webview may load them. */
  readonly script: string;
  readonly styles: readonly string[];
  /** The webview's own origin, for the policy. */
  readonly cspSource: string;
  /** Fresh for every document. */
  readonly nonce: string;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What a page may load: our script and styles, pictures made of data, workers made of our own script. */
export function contentPolicy(cspSource: string, nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The toolkit tries out a selector in a style element: it reads the nonce for that from a meta element.
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource} data: blob:`,
    `font-src ${cspSource}`,
    `connect-src ${cspSource}`,
    'worker-src blob:',
  ].join('; ');
}

export function pageHtml(frame: PageFrame): string {
  const styles = frame.styles.map((href) => `  <link rel="stylesheet" href="${escaped(href)}">`);
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '  <meta charset="utf-8">',
    `  <meta http-equiv="Content-Security-Policy" content="${escaped(contentPolicy(frame.cspSource, frame.nonce))}">`,
    `  <meta property="csp-nonce" content="${frame.nonce}">`,
    '  <meta name="viewport" content="width=device-width, initial-scale=1">',
    `  <title>${escaped(frame.title)}</title>`,
    ...styles,
    '</head>',
    '<body>',
    `  <script nonce="${frame.nonce}" src="${escaped(frame.script)}"></script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
