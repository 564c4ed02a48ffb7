/** Two nodes side by side: attributes, inputs and outputs, and how their constants are spread. */

import type { NodeDetails, TensorError, TensorStatistics, ValueDetails } from '../../protocol/model.ts';
import type { ComparePageEvent } from '../../protocol/page.ts';
import type { LayerResult } from '../../protocol/results/run.ts';
import { histogram } from '../ui/charts/histogram.ts';
import { progressRing } from '../ui/controls.ts';
import { element, fill, type Child } from '../ui/dom.ts';
import { bytesInWords, decibels, percent, significant, wholeNumber } from '../ui/format.ts';
import { failureText, type PageLink } from '../ui/page.ts';
import { facts, plainTable, section } from '../ui/parts.ts';
import type { Matching, Side } from './matching.ts';

type Nodes = Readonly<Record<Side, number>>;
type Both<Of> = Readonly<Record<Side, Of | undefined>>;

export class PairDetails {
  readonly element = element('div', { class: 'pair' });
  readonly #link: PageLink<ComparePageEvent>;
  /** Answers of a selection that is gone are dropped. */
  #asked = 0;

  constructor(link: PageLink<ComparePageEvent>) {
    this.#link = link;
    this.show(null, null, undefined);
  }

  /** @param layer what a run measured of the layer, where there was one */
  show(matching: Matching | null, nodes: Nodes | null, layer: LayerResult | undefined): void {
    const asked = ++this.#asked;
    if (!matching || !nodes) {
      fill(this.element, element('p', { class: 'hint' }, 'Select a layer in one of the graphs or in a list to see both '
        + 'versions of it side by side.'));
      return;
    }
    fill(this.element, progressRing('Reading the layer'));
    this.#read(matching, nodes).then(
      (read) => {
        if (asked === this.#asked) this.#fill(matching, nodes, read, layer);
      },
      (error: unknown) => {
        if (asked === this.#asked) fill(this.element, element('p', { class: 'bad' }, failureText(error)));
      },
    );
  }

  async #read({ models }: Matching, nodes: Nodes): Promise<Both<NodeDetails>> {
    const ask = async (side: Side): Promise<NodeDetails | undefined> => (nodes[side] < 0
      ? undefined
      : this.#link.request('nodeDetails', { uri: models[side].uri, node: nodes[side] }));
    const [a, b] = await Promise.all([ask('a'), ask('b')]);
    return { a, b };
  }

  #fill(matching: Matching, nodes: Nodes, { a, b }: Both<NodeDetails>, layer: LayerResult | undefined): void {
    const { models } = matching;
    const status = nodes.a >= 0 ? matching.status.a[nodes.a] : matching.status.b[nodes.b];
    const rows = detailRows(a, b);
    const constants = constantPairs(a, b);
    fill(this.element, element('div', {},
      element('h2', {}, a?.name ?? b?.name ?? ''),
      facts([
        ['What', status],
        ['Action', layer?.action],
        ['Why', layer?.reason],
        ['SQNR', layer?.sqnrDb == null ? undefined : `${decibels(layer.sqnrDb)} at its output, measured by the run`],
      ]),
      a && b ? bothTable(models, rows) : oneTable(models[a ? 'a' : 'b'].fileName, rows)),
    constants.length > 0 && element('div', {}, constants.map((pair) => this.#constants(matching, nodes, pair))));
  }

  #constants({ models }: Matching, nodes: Nodes, pair: Both<ValueDetails>): HTMLElement {
    const place = element('div', {}, progressRing('Reading the constants'));
    const ask = async (side: Side): Promise<TensorStatistics | undefined> => {
      const tensor = pair[side]?.name;
      return tensor === undefined
        ? undefined
        : this.#link.request('tensorStatistics', { uri: models[side].uri, node: nodes[side], tensor });
    };
    const error = async (): Promise<TensorError | { readonly reason: string } | undefined> => {
      if (!pair.a || !pair.b) return undefined;
      return this.#link.request('compareTensors', {
        a: { uri: models.a.uri, node: nodes.a, tensor: pair.a.name },
        b: { uri: models.b.uri, node: nodes.b, tensor: pair.b.name },
      });
    };
    Promise.all([ask('a'), ask('b'), error()]).then(
      ([a, b, found]) => fill(place, tensorView({ a, b }), found && errorView(found)),
      (error: unknown) => fill(place, element('p', { class: 'bad' }, failureText(error))),
    );
    const of = pair.a ?? pair.b;
    return section(`Values of ${of?.role === undefined || of.role === '' ? of?.name ?? '' : of.role}`, place);
  }
}

function bothTable(models: Matching['models'], rows: readonly DetailRow[]): HTMLElement {
  return plainTable('What differs is marked with ≠.', [
    { title: '' }, { title: models.a.fileName }, { title: models.b.fileName },
  ], rows.map(({ what, values: [first, second] }) => {
    const differs = first !== second;
    return [
      [element('span', { 'class': 'unequal', 'aria-label': differs ? 'differs' : undefined }, differs && '≠'), what],
      element('span', { class: differs && 'differs' }, first ?? '–'),
      element('span', { class: differs && 'differs' }, second ?? '–'),
    ];
  }));
}

function oneTable(fileName: string, rows: readonly DetailRow[]): HTMLElement {
  return plainTable(`In ${fileName} only.`, [{ title: '' }, { title: fileName }],
    rows.map(({ what, values: [first, second] }) => [what, first ?? second ?? '']));
}

interface DetailRow {
  readonly what: string;
  readonly values: readonly [string | undefined, string | undefined];
}

export function detailRows(a: NodeDetails | undefined, b: NodeDetails | undefined): DetailRow[] {
  const rows: DetailRow[] = [{ what: 'type', values: [typeOf(a), typeOf(b)] }];
  const attributes = new Set([...a?.attributes ?? [], ...b?.attributes ?? []].map(({ name }) => name));
  const valueOf = (of: NodeDetails | undefined, name: string): string | undefined =>
    of?.attributes.find((attribute) => attribute.name === name)?.value;
  for (const name of attributes) rows.push({ what: name, values: [valueOf(a, name), valueOf(b, name)] });
  for (const [kind, what] of [['inputs', 'input'], ['outputs', 'output']] as const) {
    const count = Math.max(a?.[kind].length ?? 0, b?.[kind].length ?? 0);
    for (let i = 0; i < count; i++) {
      const [first, second] = [a?.[kind][i], b?.[kind][i]];
      const role = first?.role ?? second?.role ?? '';
      rows.push({ what: `${what} ${role === '' ? i : role}`, values: [valueText(first), valueText(second)] });
    }
  }
  return rows;
}

function typeOf(node: NodeDetails | undefined): string | undefined {
  if (!node) return undefined;
  return node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
}

function valueText(value: ValueDetails | undefined): string | undefined {
  if (!value) return undefined;
  const type = value.type === '' ? value.name : value.type;
  if (!value.constant) return type;
  const stored = value.storedAs === undefined ? '' : ` stored as ${value.storedAs}`;
  return `${type}, constant${stored} of ${bytesInWords(value.constant.bytes)}`;
}

/** Constants that stand for the same thing: by role, or by place where roles are not known. */
function constantPairs(a: NodeDetails | undefined, b: NodeDetails | undefined): Both<ValueDetails>[] {
  const left = (b?.inputs ?? []).filter(({ constant }) => constant);
  const pairs: Both<ValueDetails>[] = (a?.inputs ?? []).filter(({ constant }) => constant).map((value, i) => {
    const at = left.findIndex(({ role }, j) => (value.role === '' ? j === i : role === value.role));
    return { a: value, b: at < 0 ? undefined : left.splice(at, 1)[0] };
  });
  return [...pairs, ...left.map((value) => ({ a: undefined, b: value }))];
}

function tensorView({ a, b }: Both<TensorStatistics>): Child {
  const sides = [{ of: a, name: 'first', kind: 'before' }, { of: b, name: 'second', kind: 'after' }];
  const shown = sides.flatMap(({ of, ...rest }) => (of ? [{ of, ...rest }] : []));
  // Integers of a quantized tensor and the numbers they stand for have no axis in common.
  const comparable = new Set(shown.map(({ of: { dtype } }) => isInteger(dtype))).size < 2;
  const series = shown.map(({ of, name, kind }) => ({ name: `${name}: ${of.dtype}`, kind, ...of.histogram }));
  const title = `Values of ${shown.map(({ of }) => of.name).join(' and ')}`;
  const charts = comparable
    ? [histogram({ title, series, noun: 'elements' })]
    : series.map((one) => histogram({ title: one.name, series: [one], noun: 'elements' }));
  const row = (what: string, value: (of: TensorStatistics) => string): string[] =>
    [what, a ? value(a) : '–', b ? value(b) : '–'];
  return [
    element('div', { class: 'charts' }, charts.map((chart, i) => element('div', {},
      !comparable && element('h3', {}, series[i]?.name ?? ''), chart))),
    shown.length > 1 && comparable && element('p', { class: 'hint' }, 'Folding batch norms and equalizing channels '
      + 'scale weights without changing what the model computes: another range alone is no error.'),
    !comparable && element('p', { class: 'hint' }, 'The second model stores integers: a scale and a zero point turn '
      + 'them into the numbers that they stand for.'),
    plainTable('Of all elements.', [
      { title: '' }, { title: 'first', numeric: true }, { title: 'second', numeric: true },
    ], [
      row('type', ({ dtype, shape }) => `${dtype}[${shape.join(',')}]`),
      row('range', ({ min, max }) => `${significant(min)} to ${significant(max)}`),
      row('mean', ({ mean }) => significant(mean)),
      row('standard deviation', ({ standardDeviation }) => significant(standardDeviation)),
      row('zeros', ({ sparsity }) => percent(sparsity)),
      row('bytes', ({ bytes }) => bytesInWords(bytes)),
    ]),
  ];
}

function errorView(error: TensorError | { readonly reason: string }): Child {
  if ('reason' in error) return element('p', { class: 'hint' }, `Not compared element by element. ${error.reason}`);
  const { elements, compared, equal, rmse, maxAbs, sqnrDb, worst } = error;
  if (!worst) return element('p', { class: 'hint' }, `All ${wholeNumber(compared)} elements are equal.`);
  return [
    element('h3', {}, 'Second minus first, element by element'),
    facts([
      ['Largest difference', `${significant(maxAbs)} at [${worst.index.join(', ')}]: `
        + `${significant(worst.before)} became ${significant(worst.after)}`],
      ['Root mean square', significant(rmse)],
      ['SQNR', sqnrDb === null ? undefined : `${decibels(sqnrDb)} of the constant itself`],
      ['Equal', `${wholeNumber(equal)} of ${wholeNumber(compared)} elements`],
      ['Not finite', compared === elements ? undefined : `${wholeNumber(elements - compared)} elements, left out`],
    ]),
  ];
}

function isInteger(dtype: string): boolean {
  return /^u?int/.test(dtype);
}
