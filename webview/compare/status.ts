/** What became of a node: in words, as a colour, and how bad it is for a group that holds several. */

import type { NodeStatus } from '../../protocol/model.ts';
import type { Theme } from '../ui/theme.ts';
import { mix, parseColor, type Rgb } from '../graph/view/color.ts';

/** From the least to the most striking; a group shows its most striking node. */
export const statuses = ['same', 'quantized', 'changed', 'added', 'removed'] as const satisfies readonly NodeStatus[];

export type Difference = Exclude<NodeStatus, 'same'>;

export const differences = ['quantized', 'changed', 'added', 'removed'] as const satisfies readonly Difference[];

export const statusHints: Readonly<Record<NodeStatus, string>> = {
  same: 'the same operator, attributes and constants in both models',
  quantized: 'computes in fewer bits now',
  changed: 'other attributes or constants',
  added: 'in the second model only',
  removed: 'in the first model only',
};

const tokens: Readonly<Record<Difference, readonly [token: string, dark: string, light: string]>> = {
  quantized: ['charts-blue', '#59a4f9', '#0069cc'],
  changed: ['charts-yellow', '#cca700', '#bf8803'],
  added: ['charts-green', '#89d185', '#388a34'],
  removed: ['charts-red', '#f14c4c', '#e51400'],
};

/** How much of a status's colour a box takes, where it fills the box and not only a stripe of it. */
const fillShare = 0.5;

/** By status in `differences`: what boxes are filled with. */
export function statusColors(theme: Theme): Rgb[] {
  const dark = theme.kind === 'dark' || theme.kind === 'high-contrast';
  const share = theme.kind.startsWith('high-contrast') ? 1 : fillShare;
  const background = parseColor(theme.color('editor-background', '')) ?? (dark ? [31, 31, 31] : [255, 255, 255]);
  return differences.map((status) => {
    const [token, inDark, inLight] = tokens[status];
    const color = parseColor(theme.color(token, '')) ?? parseColor(dark ? inDark : inLight) ?? background;
    return mix(background, color, share);
  });
}
