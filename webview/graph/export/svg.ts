/** The whole graph as an SVG document: what the canvas shows at full detail, whatever its zoom. */

import { endAngle, tracePath } from '../view/line-path.ts';
import { metrics } from '../view/labels.ts';
import type { Picture } from '../view/picture.ts';
import { short, SvgPath } from './svg-path.ts';

const margin = 24;

export function svgOf(picture: Picture): string {
  const { scene, palette } = picture;
  const [width, height] = [Math.ceil(scene.width) + 2 * margin, Math.ceil(scene.height) + 2 * margin];
  const parts = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-margin} ${-margin} ${width} `
      + `${height}" font-family="sans-serif">`,
    `<title>${escaped(picture.model.fileName)}</title>`,
    `<rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" fill="${palette.background}"/>`,
  ];
  for (const b of picture.index.frames) parts.push(frame(picture, b));
  for (let line = 0; line < scene.lines.count; line++) parts.push(lineOf(picture, line));
  for (let b = 0; b < scene.boxes.count; b++) if (!scene.boxes.expanded[b]) parts.push(box(picture, b));
  parts.push('</svg>');
  return `${parts.join('\n')}\n`;
}

function frame({ scene: { boxes }, palette, labels }: Picture, b: number): string {
  const [x, y] = [boxes.x[b]!, boxes.y[b]!];
  const title = escaped(labels.groupTitle[boxes.group[b]!]!);
  const [width, height] = [short(boxes.width[b]!), short(boxes.height[b]!)];
  return `<g><rect x="${short(x)}" y="${short(y)}" width="${width}" height="${height}" rx="6" `
    + `fill="${palette.frame}" stroke="${palette.frameBorder}"/>`
    + `<text x="${short(x + 10)}" y="${short(y + 17)}" font-size="${metrics.detailFont}" font-weight="600" `
    + `fill="${palette.muted}">${title}</text></g>`;
}

function lineOf({ scene: { lines }, palette, model }: Picture, line: number): string {
  const path = new SvgPath();
  tracePath(path, lines, line, true);
  const bus = lines.bus[line] === 1;
  const color = bus ? palette.bus : palette.line;
  const end = 2 * (lines.start[line + 1]! - 1);
  const [x, y] = [short(lines.points[end]!), short(lines.points[end + 1]!)];
  const turn = short((endAngle(lines, line) * 180) / Math.PI);
  const tensor = lines.tensor[line]!;
  const title = escaped(`${model.graph.tensorNames[tensor] ?? ''} ${model.graph.tensorTypes[tensor] ?? ''}`.trim());
  return `<g><title>${title}</title><path d="${path.data}" fill="none" stroke="${color}" stroke-width="1.2"`
    + `${bus ? ' stroke-dasharray="6 4"' : ''}/>`
    + `<path d="M0 0L-7 3.5L-7 -3.5Z" fill="${color}" transform="translate(${x} ${y}) rotate(${turn})"/></g>`;
}

function box(picture: Picture, b: number): string {
  const { scene: { boxes }, palette, paint, labels, model } = picture;
  const [x, y, width, height] = [boxes.x[b]!, boxes.y[b]!, boxes.width[b]!, boxes.height[b]!];
  const [n, g] = [boxes.node[b]!, boxes.group[b]!];
  const title = n >= 0 ? labels.title[n]! : `⊞ ${labels.groupTitle[g]!}`;
  const detail = n >= 0 ? labels.detail[n]! : labels.groupDetail[g]!;
  const fill = paint.fill[b]!;
  const middle = short(x + (width + metrics.stripe) / 2);
  const text = (words: string, at: number, size: number, bold: boolean, color: string): string => (
    `<text x="${middle}" y="${short(at)}" text-anchor="middle" font-size="${size}"${bold ? ' font-weight="600"' : ''} `
    + `fill="${color}">${escaped(words)}</text>`
  );
  const high = detail !== '';
  const badge = picture.badge(b);
  return `<g><title>${escaped(n >= 0 ? model.graph.names[n]! : model.groups.paths[g]!)}</title>`
    + `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="${metrics.corner}" `
    + `fill="${paint.fills[fill]!}" stroke="${palette.boxBorder}"/>`
    + `<rect x="${short(x)}" y="${short(y)}" width="${metrics.stripe}" height="${short(height)}" `
    + `fill="${paint.stripes[paint.stripe[b]!]!}"/>`
    + text(title, high ? y + 19 : y + height / 2 + 4, metrics.titleFont, true, paint.texts[fill]!)
    + (high ? text(detail, y + 34, metrics.detailFont, false, fill < 2 ? palette.muted : paint.texts[fill]!) : '')
    + (badge ? badgeOf(picture, x + width, y, badge.bad ? `▲ ${badge.text}` : badge.text) : '')
    + '</g>';
}

function badgeOf({ palette }: Picture, right: number, y: number, text: string): string {
  return `<text x="${short(right + 2)}" y="${short(y - 3)}" text-anchor="end" font-size="9.5" font-weight="600" `
    + `fill="${palette.foreground}">${escaped(text)}</text>`;
}

/** Text as XML: the five characters with a meaning, and those that XML cannot hold. */
export function escaped(text: string): string {
  return text
    // eslint-disable-next-line no-control-regex -- XML 1.0 has no way to write these
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;').replaceAll("'", '&apos;');
}
