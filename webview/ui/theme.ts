/** The workbench's colours as a page sees them, for what is drawn instead of styled. */

export type ThemeKind = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

export interface Theme {
  readonly kind: ThemeKind;
  /** The system replaces the page's colours with its own: only its named colours can be told apart. */
  readonly forcedColors: boolean;
  readonly reducedMotion: boolean;
  /** The value of a token such as 'editor-background', or `fallback` where the theme leaves it open. */
  color(token: string, fallback: string): string;
}

const kinds: readonly (readonly [name: string, kind: ThemeKind])[] = [
  // The light one carries both classes.
  ['vscode-high-contrast-light', 'high-contrast-light'],
  ['vscode-high-contrast', 'high-contrast'],
  ['vscode-light', 'light'],
];

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  return {
    kind: kinds.find(([name]) => document.body.classList.contains(name))?.[1] ?? 'dark',
    forcedColors: matchMedia('(forced-colors: active)').matches,
    reducedMotion: document.body.classList.contains('vscode-reduce-motion')
      || matchMedia('(prefers-reduced-motion: reduce)').matches,
    color: (token, fallback) => {
      const value = style.getPropertyValue(`--vscode-${token}`).trim();
      return value === '' ? fallback : value;
    },
  };
}

/**
 * Calls `listener` with the theme now and after every change of theme, colours or contrast. Returns what ends it.
 * VS Code changes classes of the body and the variables in the root's style, at most once a frame is told.
 */
export function watchTheme(listener: (theme: Theme) => void): () => void {
  let frame = 0;
  const tell = (): void => {
    frame = 0;
    listener(currentTheme());
  };
  const changed = (): void => {
    if (frame === 0) frame = requestAnimationFrame(tell);
  };
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  const queries = ['(forced-colors: active)', '(prefers-reduced-motion: reduce)'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  listener(currentTheme());
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', changed);
    cancelAnimationFrame(frame);
  };
}
