/** Every colour of the drawing, from the workbench's theme. Read once and again when the theme changes. */

import type { OpCategory } from '../../../protocol/graph/structure.ts';
import type { Theme } from '../../ui/theme.ts';
import { cssColor, mix, parseColor, type Rgb } from './color.ts';

export interface Palette {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly box: string;
  readonly boxBorder: string;
  readonly group: string;
  readonly frame: string;
  readonly frameBorder: string;
  readonly line: string;
  readonly bus: string;
  readonly accent: string;
  readonly hit: string;
  readonly hitCurrent: string;
  readonly error: string;
  readonly warning: string;
  readonly info: string;
  readonly badge: string;
  readonly badgeText: string;
  /** Ends and middle of a heat map, from harmless to bad. */
  readonly heat: readonly [low: Rgb, middle: Rgb, high: Rgb];
  readonly categories: Readonly<Record<OpCategory, string>>;
  /** The same for areas with text on them. */
  readonly softCategories: Readonly<Record<OpCategory, string>>;
  /** Boxes by their borders: fills are the background's. */
  readonly outlined: boolean;
  readonly dark: boolean;
  readonly fontFamily: string;
}

/** Lightness grows (in the dark) or falls (in the light) from end to end, so no kind of colour blindness mixes them. */
const heatDefaults = {
  dark: ['#27496d', '#a8607e', '#ffc857'],
  light: ['#d9e6f2', '#e08f62', '#8c1d18'],
} as const;

/** How much of a category's colour is in an area: text in the editor's foreground must be readable on it. */
const softness = 0.35;

/** Tokens of VS Code's chart and terminal colours, which every theme defines, and what is used where one does not. */
const categoryTokens: Readonly<Record<OpCategory, readonly [token: string, dark: string, light: string]>> = {
  convolution: ['charts-blue', '#3794ff', '#1a85ff'],
  matrix: ['charts-purple', '#b180d7', '#652d90'],
  normalization: ['charts-green', '#89d185', '#388a34'],
  activation: ['terminal-ansiRed', '#f14c4c', '#cd3131'],
  pooling: ['terminal-ansiCyan', '#11a8cd', '#0598bc'],
  elementwise: ['terminal-ansiBrightBlack', '#8c8c8c', '#767676'],
  shape: ['descriptionForeground', '#9d9d9d', '#717171'],
  reduction: ['terminal-ansiBrightCyan', '#29b8db', '#0598bc'],
  quantization: ['charts-yellow', '#cca700', '#bf8803'],
  recurrent: ['terminal-ansiMagenta', '#bc3fbc', '#bc05bc'],
  control: ['terminal-ansiBrightMagenta', '#d670d6', '#bc05bc'],
  constant: ['descriptionForeground', '#9d9d9d', '#717171'],
  other: ['descriptionForeground', '#9d9d9d', '#717171'],
  boundary: ['foreground', '#cccccc', '#3b3b3b'],
};

export function paletteOf(theme: Theme): Palette {
  if (theme.forcedColors) return forcedPalette();
  const outlined = theme.kind === 'high-contrast' || theme.kind === 'high-contrast-light';
  const dark = theme.kind === 'dark' || theme.kind === 'high-contrast';
  const pick = (token: string, inDark: string, inLight: string): string => theme.color(token, dark ? inDark : inLight);
  const background = pick('editor-background', '#1f1f1f', '#ffffff');
  const foreground = pick('editor-foreground', '#cccccc', '#3b3b3b');
  const contrastBorder = theme.color('contrastBorder', foreground);
  const heat = heatDefaults[dark ? 'dark' : 'light'];
  // Between the editor's own colours, since a theme's widgets may look like its editor, or be translucent.
  const between = (share: number): string => cssColor(mix(
    rgb(background, dark ? '#1f1f1f' : '#ffffff'), rgb(foreground, dark ? '#cccccc' : '#3b3b3b'), share,
  ));
  const line = between(0.55);
  const categories = {
    ...mapValues(categoryTokens, ([token, inDark, inLight]) => pick(token, inDark, inLight)),
    // What only moves data about stands back.
    shape: line, constant: line, other: line,
  };
  return {
    background,
    foreground,
    muted: outlined ? foreground : pick('descriptionForeground', '#9d9d9d', '#616161'),
    box: outlined ? background : between(0.08),
    boxBorder: outlined ? contrastBorder : between(0.3),
    group: outlined ? background : between(0.2),
    // Translucent, so that a frame within a frame is told from it.
    frame: outlined ? background : `rgba(${rgb(foreground, '#808080').join(',')},0.04)`,
    frameBorder: outlined ? contrastBorder : between(0.2),
    line: outlined ? foreground : line,
    bus: outlined ? foreground : cssColor(mix(
      rgb(background, '#808080'), rgb(pick('charts-blue', '#3794ff', '#1a85ff'), '#3794ff'), 0.7,
    )),
    accent: outlined ? theme.color('contrastActiveBorder', '#f38518') : pick('focusBorder', '#0078d4', '#005fb8'),
    hit: pick('editor-findMatchHighlightBorder', '#ea9c31', '#c27300'),
    hitCurrent: pick('editorWarning-foreground', '#ffb627', '#a15c00'),
    error: pick('editorError-foreground', '#f14c4c', '#e51400'),
    warning: pick('editorWarning-foreground', '#cca700', '#bf8803'),
    info: pick('editorInfo-foreground', '#3794ff', '#1a85ff'),
    badge: outlined ? background : pick('editorHoverWidget-background', '#202020', '#f8f8f8'),
    badgeText: foreground,
    heat: [
      rgb(theme.color('lathe-heatmap-low', heat[0]), heat[0]),
      rgb(theme.color('lathe-heatmap-middle', heat[1]), heat[1]),
      rgb(theme.color('lathe-heatmap-high', heat[2]), heat[2]),
    ],
    categories,
    softCategories: mapValues(categories, (color) => (
      cssColor(mix(rgb(background, '#808080'), rgb(color, '#808080'), softness))
    )),
    outlined,
    dark,
    fontFamily: theme.color('font-family', 'system-ui, sans-serif'),
  };
}

/** In forced colours the system's own few are all there is. */
function forcedPalette(): Palette {
  const [background, foreground, accent] = ['Canvas', 'CanvasText', 'Highlight'];
  const text = mapValues(categoryTokens, () => foreground);
  return {
    background, foreground, accent,
    muted: foreground, box: background, boxBorder: foreground, group: background, frame: background,
    frameBorder: foreground, line: foreground, bus: foreground, hit: accent, hitCurrent: accent,
    error: foreground, warning: foreground, info: foreground, badge: background, badgeText: foreground,
    heat: [[60, 60, 60], [140, 140, 140], [220, 220, 220]],
    categories: text,
    softCategories: mapValues(categoryTokens, () => background),
    outlined: true,
    dark: false,
    fontFamily: 'system-ui, sans-serif',
  };
}

function rgb(color: string, fallback: string): Rgb {
  return parseColor(color) ?? parseColor(fallback)!;
}

function mapValues<Key extends string, From, To>(
  of: Readonly<Record<Key, From>>,
  change: (value: From) => To,
): Record<Key, To> {
  return Object.fromEntries(Object.entries<From>(of).map(([key, value]) => [key, change(value)])) as Record<Key, To>;
}
