/** Writes a picture of the whole graph where the user wants it. */

import type { GraphPageEvent } from '../../../protocol/page.ts';
import type { PageLink } from '../../ui/page.ts';
import { stem } from '../page/actions.ts';
import type { Picture } from '../view/picture.ts';
import { pngOf } from './png.ts';
import { svgOf } from './svg.ts';

/** Resolves with what the user should know of the picture, undefined where there is nothing to say. */
export async function savePicture(
  link: PageLink<GraphPageEvent>,
  picture: Picture,
  kind: 'svg' | 'png',
): Promise<string | undefined> {
  const { bytes, scale } = kind === 'svg'
    ? { bytes: new TextEncoder().encode(svgOf(picture)), scale: 1 }
    : await pngOf(picture);
  const saved = await link.request('save', {
    suggestedName: `${stem(picture.model.fileName)}.${kind}`,
    title: kind === 'svg' ? 'Export Graph as SVG' : 'Export Graph as PNG',
    bytes,
  });
  return saved && scale < 0.5
    ? `The graph is too large for a sharp PNG: it was drawn at ${Math.round(scale * 100)} %. SVG has no such limit.`
    : undefined;
}
