/** Small pictures of buttons: strokes in the colour of the text, 16 units wide. */

import { svg } from '../../ui/dom.ts';

const paths = {
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  expandAll: 'M2.5 4.5v9h9M5 2.5h8.5V11H5zM9.2 4.5v4.5M7 6.8h4.5',
  collapseAll: 'M2.5 4.5v9h9M5 2.5h8.5V11H5zM7 6.8h4.5',
  folded: 'M2.5 3v10M6.2 3v10M9.8 3v10M13.5 3v10',
  next: 'M8 2.5v11M3.5 9L8 13.5L12.5 9',
  previous: 'M8 13.5v-11M3.5 7L8 2.5L12.5 7',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  help: 'M5.5 5.7a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M8 12.2v1',
  panel: 'M2.5 3h11v10h-11zM10 3v10',
  outline: 'M2.5 4h11M5 8h8.5M5 12h8.5',
  export: 'M8 10.5v-8M4.8 5.5L8 2.3l3.2 3.2M2.5 9.5v4h11v-4',
  traceInputs: 'M8 14V8M8 8L4 2.5M8 8l4-5.5M6 11.5L8 14l2-2.5',
  traceOutputs: 'M8 2v6M8 8l-4 5.5M8 8l4 5.5M2.8 11l1.2 2.5l2.5-.8M13.2 11L12 13.5l-2.5-.8',
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGSVGElement {
  return svg('svg', { 'class': 'icon', 'viewBox': '0 0 16 16', 'width': 16, 'height': 16, 'aria-hidden': 'true' },
    svg('path', { d: paths[name] }));
}
