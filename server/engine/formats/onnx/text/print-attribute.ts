/** Attributes of nodes, token by token. */

import type { Attribute, AttributeString } from '../../../model/attribute.ts';
import type { Graph } from '../../../model/graph.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { bytesInWords } from '../../../util/words.ts';
import { attributeKinds } from '../attribute-kinds.ts';
import { printTensor, printType } from './print-parts.ts';
import { inWords } from './tensor-text.ts';
import type { TextSink } from './text-sink.ts';
import { floatAttributeText, identifier, quoted } from './words.ts';

/** From where on something is abbreviated. */
export interface Limits {
  readonly maxElements: number;
  readonly maxItems: number;
  readonly maxCharacters: number;
}

/** Names of the types that differ from the model's own. */
const typeNames: Readonly<Record<string, string>> = {
  'sparse-tensor': 'sparse_tensor', 'sparse-tensors': 'sparse_tensors', type: 'type_proto', types: 'type_protos',
};

/** How many items of a long list are shown. */
const previewItems = 4;

export class AttributePrinter {
  private readonly sink: TextSink;
  private readonly limits: Limits;

  constructor(sink: TextSink, limits: Limits) {
    this.sink = sink;
    this.limits = limits;
  }

  /**
   * `name: type = value`.
   *
   * @param node index of the node that has it, -1 for none
   * @param printGraph prints a subgraph
   */
  print(name: string, attribute: Attribute, node: number, printGraph?: (graph: Graph) => void): void {
    this.sink.token('attribute', name, node);
    this.sink.raw(': ');
    this.sink.token('keyword', typeOf(attribute));
    this.sink.raw(' = ');
    this.value(name, attribute, printGraph);
  }

  /** A quoted text; a long one is cut, and a remark says so. */
  text(value: string): void {
    const { maxCharacters } = this.limits;
    const shown = value.length > maxCharacters ? `${value.slice(0, maxCharacters)}…` : value;
    this.sink.token('string', quoted(shown));
    if (shown !== value) this.sink.remark(`${value.length.toLocaleString('en-US')} characters`);
  }

  private value(name: string, attribute: Attribute, printGraph: ((graph: Graph) => void) | undefined): void {
    const { sink } = this;
    switch (attribute.type) {
      case 'int':
        sink.token('number', String(attribute.value));
        break;
      case 'float':
        sink.token('number', floatAttributeText(attribute.value));
        break;
      case 'string':
        this.string(attribute.value);
        break;
      case 'ints':
        this.numbers(name, attribute.value, String);
        break;
      case 'floats':
        this.numbers(name, attribute.value, floatAttributeText);
        break;
      case 'strings':
        this.list(name, attribute.value, (item) => this.string(item));
        break;
      case 'tensor':
        this.tensor(attribute.value);
        break;
      case 'tensors':
        this.list(name, attribute.value, (tensor) => this.tensor(tensor));
        break;
      case 'type':
        printType(sink, attribute.value);
        break;
      case 'types':
        this.list(name, attribute.value, (type) => printType(sink, type));
        break;
      case 'graph':
        printGraph?.(attribute.value);
        break;
      case 'graphs':
        this.list(name, attribute.value, (graph) => printGraph?.(graph));
        break;
      case 'reference':
        sink.token('attribute', `@${identifier(attribute.name)}`);
        break;
      case 'sparse-tensor':
        sink.raw('{}');
        sink.remark(`${name}: sparse, [${attribute.value.dims.join(',')}], ${inWords(attribute.value.values)}`);
        break;
      case 'sparse-tensors':
        sink.raw('[]');
        sink.remark(`${name}: ${attribute.value.length} sparse tensors`);
        break;
      case 'none':
        sink.remark(`${name}: a kind of attribute (${attribute.code}) that Lathe does not know`);
    }
  }

  private string(value: AttributeString): void {
    if (typeof value === 'string') this.text(value);
    else {
      this.sink.raw('""');
      this.sink.remark(`${bytesInWords(value.byteLength)} that are no text`);
    }
  }

  /** Without its name, which means nothing here, and which the reference parser refuses when it is quoted. */
  private tensor(tensor: Tensor): void {
    printTensor(this.sink, tensor, this.limits.maxElements);
  }

  private numbers<T>(name: string, items: readonly T[], text: (item: T) => string): void {
    const { maxItems } = this.limits;
    const long = items.length > maxItems;
    this.sink.raw('[');
    if (!long) this.sink.token('number', items.map(text).join(', '));
    this.sink.raw(']');
    if (!long) return;
    const shown = items.slice(0, previewItems).map(text).join(', ');
    this.sink.remark(`${name}: ${items.length.toLocaleString('en-US')} values: ${shown}, …`);
  }

  private list<T>(name: string, items: readonly T[], print: (item: T) => void): void {
    const { maxItems } = this.limits;
    const shown = items.length > maxItems ? [] : items;
    this.sink.raw('[');
    for (const [i, item] of shown.entries()) {
      if (i > 0) this.sink.raw(', ');
      print(item);
    }
    this.sink.raw(']');
    if (shown.length < items.length) this.sink.remark(`${name}: ${items.length.toLocaleString('en-US')} values`);
  }
}

function typeOf(attribute: Attribute): string {
  if (attribute.type === 'none') return 'undefined';
  const type = attribute.type === 'reference'
    ? attributeKinds.find(({ code }) => code === attribute.valueType)?.type ?? 'undefined'
    : attribute.type;
  return typeNames[type] ?? type;
}
