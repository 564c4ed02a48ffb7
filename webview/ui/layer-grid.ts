/** What became of each layer, as results of runs and comparisons show it. */

import type { LayerResult } from '../../protocol/results/run.ts';
import { cellBar } from './charts/bars.ts';
import { element, type Child } from './dom.ts';
import { bytesInWords, decibels, percent } from './format.ts';
import { Grid, type GridColumn } from './grid.ts';

/** At which signal to noise ratio a bar is full: 8 bits give about 50 dB. */
const fullSqnrDb = 50;

export interface LayerGridOptions {
  readonly layers: readonly LayerResult[];
  readonly tools?: Child;
  readonly onOpen: (layer: LayerResult) => void;
  readonly openHint: string;
}

export function layerGrid({ layers, ...options }: LayerGridOptions): Grid<LayerResult> {
  const measured = layers.some(({ sqnrDb }) => sqnrDb !== null);
  const explained = layers.some(({ reason }) => reason !== undefined);
  const columns: GridColumn<LayerResult>[] = [
    { title: 'Layer', value: ({ name }) => name, content: ({ name }) => name, code: true },
    { title: 'Type', value: ({ opType }) => opType, content: ({ opType }) => opType },
    { title: 'Action', value: ({ action }) => action, content: ({ action }) => action },
    ...(measured ? [{
      title: 'SQNR',
      hint: 'How much louder the signal of the layer is than the error that quantization adds; higher is better',
      value: ({ sqnrDb }: LayerResult) => sqnrDb,
      content: ({ sqnrDb }: LayerResult) => (sqnrDb === null ? '' : withBar(decibels(sqnrDb), sqnrDb / fullSqnrDb)),
      numeric: true,
    }] : []),
    {
      title: 'Before',
      hint: 'Bytes of the layer\'s constants before',
      value: ({ bytesBefore }) => bytesBefore,
      content: ({ bytesBefore }) => bytesInWords(bytesBefore),
      numeric: true,
    },
    {
      title: 'After',
      hint: 'Bytes of the layer\'s constants after',
      value: ({ bytesAfter }) => bytesAfter,
      content: ({ bytesAfter }) => bytesInWords(bytesAfter),
      numeric: true,
    },
    {
      title: 'Left',
      hint: 'Bytes after as a share of the bytes before',
      value: ({ bytesBefore, bytesAfter }) => (bytesBefore > 0 ? bytesAfter / bytesBefore : null),
      content: ({ bytesBefore, bytesAfter }) => (bytesBefore > 0
        ? withBar(percent(bytesAfter / bytesBefore), bytesAfter / bytesBefore) : ''),
      numeric: true,
    },
    ...(explained ? [{
      title: 'Why',
      value: ({ reason }: LayerResult) => reason,
      content: ({ reason }: LayerResult) => reason ?? '',
      wide: true,
    }] : []),
  ];
  return new Grid({
    label: 'Layers',
    columns,
    rows: layers,
    noun: ['layer', 'layers'],
    filterText: ({ name, opType, action, reason }) => `${name} ${opType} ${action} ${reason ?? ''}`,
    ...options,
  });
}

/** A figure and how far it is from its full scale. */
export function withBar(words: string, share: number): HTMLElement {
  return element('span', { class: 'with-bar' }, words, cellBar(share));
}
