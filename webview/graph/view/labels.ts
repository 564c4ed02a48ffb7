/** What stands in a box, and how large the box must be for it. */

import type { BoxSizes } from '../../layout/scene.ts';
import type { GraphModel } from '../model/graph-model.ts';

/** Sizes in CSS pixels at zoom 1. */
export const metrics = {
  titleFont: 12,
  detailFont: 11,
  stripe: 4,
  paddingX: 10,
  smallestWidth: 72,
  widest: 240,
  lowHeight: 28,
  highHeight: 42,
  frameTitleHeight: 26,
  corner: 4,
} as const;

/** The width of a text in CSS pixels. */
export type Measure = (text: string, bold: boolean) => number;

export interface Labels {
  /** By node. */
  readonly title: readonly string[];
  readonly detail: readonly string[];
  /** By group. */
  readonly groupTitle: readonly string[];
  readonly groupDetail: readonly string[];
}

export function labelsOf(model: GraphModel, measure: Measure): { labels: Labels; sizes: BoxSizes } {
  const { graph, groups, nodeCount } = model;
  const fitted = fitter(measure);
  const labels = {
    title: new Array<string>(nodeCount),
    detail: new Array<string>(nodeCount),
    groupTitle: new Array<string>(groups.count),
    groupDetail: new Array<string>(groups.count),
  };
  const sizes = {
    nodeWidth: new Float32Array(nodeCount),
    nodeHeight: new Float32Array(nodeCount),
    groupWidth: new Float32Array(groups.count),
    groupHeight: new Float32Array(groups.count),
    frameTitleHeight: metrics.frameTitleHeight,
  };
  for (let n = 0; n < nodeCount; n++) {
    const title = fitted(graph.kind[n] === 0 ? model.opType(n) : graph.names[n]!, true);
    const detail = fitted(graph.details[n]!, false);
    labels.title[n] = title.text;
    labels.detail[n] = detail.text;
    sizes.nodeWidth[n] = boxWidth(Math.max(title.width, detail.width));
    sizes.nodeHeight[n] = detail.text === '' ? metrics.lowHeight : metrics.highHeight;
  }
  for (let g = 0; g < groups.count; g++) {
    const title = fitted(graph.groupNames[g]!, true);
    const detail = fitted(groupDetail(groups.size[g]!, groups.repeats[g]!), false);
    labels.groupTitle[g] = title.text;
    labels.groupDetail[g] = detail.text;
    // Room for the mark that says it opens.
    sizes.groupWidth[g] = boxWidth(Math.max(title.width + 18, detail.width));
    sizes.groupHeight[g] = metrics.highHeight;
  }
  return { labels, sizes };
}

/** "24 nodes, like 5 others". */
export function groupDetail(size: number, repeats: number): string {
  const nodes = size === 1 ? '1 node' : `${size} nodes`;
  return repeats > 1 ? `${nodes} · ×${repeats}` : nodes;
}

function boxWidth(text: number): number {
  return Math.max(metrics.smallestWidth, Math.ceil(text) + 2 * metrics.paddingX + metrics.stripe);
}

/** Texts cut to the widest box, with their widths; each different text is measured once. */
function fitter(measure: Measure): (text: string, bold: boolean) => { text: string; width: number } {
  const known = new Map<string, { text: string; width: number }>();
  return (text, bold) => {
    const key = `${bold ? 'b' : 'n'}${text}`;
    let found = known.get(key);
    if (!found) {
      found = cut(text, (candidate) => measure(candidate, bold));
      known.set(key, found);
    }
    return found;
  };
}

function cut(text: string, width: (text: string) => number): { text: string; width: number } {
  const whole = width(text);
  if (whole <= metrics.widest) return { text, width: whole };
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (width(`${text.slice(0, middle)}…`) <= metrics.widest) fits = middle;
    else tooLong = middle;
  }
  const shorter = `${text.slice(0, fits)}…`;
  return { text: shorter, width: width(shorter) };
}
