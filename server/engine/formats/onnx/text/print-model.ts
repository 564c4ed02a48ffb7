/**
 * A model in ONNX's textual syntax (onnx/docs/Syntax.md; the grammar is that of onnx/defs/parser.cc of ONNX 1.20). What
 * the syntax has no words for (documentation of nodes, sparse initializers, quantization annotations) and what would be
 * too long to read (weights) stands in comments, so that the text still reads back as the same graph.
 */

import type { Graph } from '../../../model/graph.ts';
import type { FunctionDefinition, Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { SparseTensor, Tensor } from '../../../model/tensor.ts';
import type { ValueInfo } from '../../../model/types.ts';
import { AttributePrinter, type Limits } from './print-attribute.ts';
import type { PrintedModel, TextBlock, TextScope } from './printed-model.ts';
import { printTensor, printType } from './print-parts.ts';
import { inWords } from './tensor-text.ts';
import { TextSink } from './text-sink.ts';
import { ValueTable } from './value-table.ts';
import { identifier, quoted } from './words.ts';

export interface PrintOptions {
  /** Tensors with more elements are abbreviated; 16 by default. */
  readonly maxElements?: number;
  /** Attributes that are lists of more items are abbreviated; 64 by default. */
  readonly maxItems?: number;
  /** Texts of more characters are abbreviated; 400 by default. */
  readonly maxCharacters?: number;
}

/** Reads the first numbers of each constant and no more, unless `options` ask for more. */
export function printModel(model: Model, options: PrintOptions = {}): PrintedModel {
  const { maxElements = 16, maxItems = 64, maxCharacters = 400 } = options;
  const printer = new Printer({ maxElements, maxItems, maxCharacters });
  printer.head(model);
  printer.graph(model.graph, -1, -1, '');
  printer.sink.end();
  for (const definition of model.functions) printer.definition(definition);
  return printer.result();
}

/** Inputs beyond this number get a line each. */
export const inputsOnOneLine = 4;

const step = '  ';

interface Mutable<T> { value: T }

class Printer {
  readonly sink = new TextSink();
  private readonly limits: Limits;
  private readonly attributes: AttributePrinter;
  private readonly values = new ValueTable();
  private readonly nodes: Node[] = [];
  private readonly nodeLine: number[] = [];
  private readonly nodeEndLine: number[] = [];
  private readonly nodeScope: number[] = [];
  private readonly scopes: (Omit<TextScope, 'endLine'> & { readonly end: Mutable<number> })[] = [];
  private readonly blocks: TextBlock[] = [];

  constructor(limits: Limits) {
    this.limits = limits;
    this.attributes = new AttributePrinter(this.sink, limits);
  }

  result(): PrintedModel {
    return {
      lines: this.sink.lines,
      nodes: this.nodes,
      nodeLine: Int32Array.from(this.nodeLine),
      nodeEndLine: Int32Array.from(this.nodeEndLine),
      nodeScope: Int32Array.from(this.nodeScope),
      valueNames: this.values.names,
      valueScope: Int32Array.from(this.values.scopes),
      scopes: this.scopes.map(({ end, ...scope }) => ({ ...scope, endLine: end.value })),
      tokens: this.sink.tokens(),
      blocks: this.blocks.sort((a, b) => a.line - b.line),
    };
  }

  head(model: Model): void {
    const entries: (readonly [string, () => void])[] = [
      ['ir_version', () => this.sink.token('number', String(model.irVersion))],
      ['opset_import', () => this.opsets(model.opsetImports)],
    ];
    const text = (key: string, value: string | undefined): void => {
      if (value !== undefined) entries.push([key, () => this.attributes.text(value)]);
    };
    text('producer_name', model.producerName);
    text('producer_version', model.producerVersion);
    text('domain', model.domain);
    const { modelVersion, metadata } = model;
    if (modelVersion !== undefined) {
      entries.push(['model_version', () => this.sink.token('number', String(modelVersion))]);
    }
    text('doc_string', model.docString);
    if (metadata && metadata.size > 0) entries.push(['metadata_props', () => this.metadata(metadata)]);
    this.other(entries);
  }

  /** @param indent of the line that the graph starts on */
  graph(graph: Graph, parent: number, owner: number, indent: string): void {
    const scope = this.enter(graph, undefined, parent, owner);
    this.sink.token('graph', identifier(graph.name), scope);
    this.sink.raw(' ');
    this.infos(scope, graph.inputs, 'definition', indent);
    this.sink.raw(' => ');
    this.infos(scope, graph.outputs, 'use', indent);
    if (graph.initializers.size + graph.sparseInitializers.size + graph.valueInfos.size > 0) {
      this.sink.end();
      this.constants(graph, scope, indent);
      this.sink.raw(indent);
    } else this.sink.raw(' ');
    this.body(graph.nodes, scope, indent);
  }

  definition(definition: FunctionDefinition): void {
    this.sink.end();
    this.other([
      ['domain', () => this.sink.token('string', quoted(definition.domain))],
      ...(definition.overload === ''
        ? []
        : [['overload', () => this.sink.token('string', quoted(definition.overload))] as const]),
      ['opset_import', () => this.opsets(definition.opsetImports)],
    ]);
    const scope = this.enter(undefined, definition, -1, -1);
    this.sink.token('graph', identifier(definition.name), scope);
    this.sink.raw(' ');
    this.functionAttributes(definition);
    this.list('(', definition.inputs, ')', (name) => this.value('definition', scope, name));
    this.sink.raw(' => ');
    this.list('(', definition.outputs, ')', (name) => this.value('use', scope, name));
    const infos = [...definition.valueInfos.values()];
    if (infos.length > 0) {
      this.sink.end();
      this.block('initializers', '<', '>', '', () => this.lines(infos, step, (info) => {
        this.info(scope, info, 'declaration');
      }));
      this.sink.end();
    } else this.sink.raw(' ');
    this.body(definition.nodes, scope, '');
    this.sink.end();
  }

  private functionAttributes({ attributes, attributeDefaults }: FunctionDefinition): void {
    if (attributes.length + attributeDefaults.size === 0) return;
    this.list('<', [...attributes, ...attributeDefaults], '> ', (item) => {
      if (typeof item === 'string') this.sink.token('attribute', item);
      else this.attributes.print(item[0], item[1], -1);
    });
  }

  private enter(graph: Graph | undefined, definition: FunctionDefinition | undefined, parent: number, owner: number):
  number {
    const body = graph ?? definition!;
    const scope = this.values.enter(body, parent);
    this.scopes.push({ name: body.name, graph, definition, parent, owner, line: this.sink.line, end: { value: 0 } });
    return scope;
  }

  /** `<` keys with values, one a line, `>`. */
  private other(entries: readonly (readonly [string, () => void])[]): void {
    this.block('head', '<', '>', '', () => this.lines(entries, step, ([key, print]) => {
      this.sink.token('keyword', key);
      this.sink.raw(': ');
      print();
    }));
    this.sink.end();
  }

  private opsets(imports: ReadonlyMap<string, number>): void {
    this.list('[', [...imports], ']', ([domain, version]) => {
      this.sink.token('string', quoted(domain));
      this.sink.raw(' : ');
      this.sink.token('number', String(version));
    });
  }

  private metadata(entries: ReadonlyMap<string, string>): void {
    this.list('[', [...entries], ']', ([key, value]) => {
      this.sink.token('string', quoted(key));
      this.sink.raw(': ');
      this.attributes.text(value);
    });
  }

  private infos(scope: number, infos: readonly ValueInfo[], kind: 'definition' | 'use', indent: string): void {
    const print = (info: ValueInfo): void => this.info(scope, info, kind);
    if (infos.length <= inputsOnOneLine) this.list('(', infos, ')', print);
    else this.block('inputs', '(', ')', indent, () => this.lines(infos, indent + step, print));
  }

  private info(scope: number, { name, type }: ValueInfo, kind: 'definition' | 'use' | 'declaration'): void {
    // An empty type is as good as none, and the syntax has no word for it.
    if (type && !(type.kind === 'other' && type.encoded.length === 0)) {
      printType(this.sink, type);
      this.sink.raw(' ');
    }
    this.value(kind, scope, name);
  }

  /** The initializers and the types of inner values. */
  private constants(graph: Graph, scope: number, indent: string): void {
    const items: (Tensor | SparseTensor | ValueInfo)[] = [
      ...graph.sparseInitializers.values(), ...graph.initializers.values(), ...graph.valueInfos.values(),
    ];
    this.sink.raw(indent);
    this.block('initializers', '<', '>', indent, () => this.lines(items, indent + step, (item) => {
      if ('indices' in item) this.sparse(item);
      else if ('storage' in item) {
        printTensor(this.sink, item, this.limits.maxElements, () => this.value('definition', scope, item.name));
      } else this.info(scope, item, 'declaration');
      return !('indices' in item);
    }));
    this.sink.end();
  }

  /** The syntax has no sparse initializers. */
  private sparse({ name, dims, values }: SparseTensor): void {
    this.sink.remark(`sparse initializer ${identifier(name)} [${dims.join(',')}]: ${inWords(values)}`);
  }

  private body(nodes: readonly Node[], scope: number, indent: string): void {
    this.block('nodes', '{', '}', indent, () => {
      for (const node of nodes) this.node(node, scope, indent + step);
    });
    this.scopes[scope]!.end.value = this.sink.line;
  }

  private node(node: Node, scope: number, indent: string): void {
    const index = this.nodes.length;
    this.nodes.push(node);
    this.nodeLine.push(this.sink.line);
    this.nodeEndLine.push(this.sink.line);
    this.nodeScope.push(scope);
    this.sink.raw(indent);
    if (node.name !== '') {
      this.sink.raw('[');
      this.sink.token('node', identifier(node.name), index);
      this.sink.raw('] ');
    }
    this.list('', node.outputs, '', (name) => this.value('definition', scope, name));
    this.sink.raw(node.outputs.length > 0 ? ' = ' : '= ');
    const overload = node.overload === '' ? '' : `:${node.overload}`;
    const operator = `${node.domain === '' ? '' : `${node.domain}.`}${node.opType}${overload}`;
    this.sink.token('operator', operator, index);
    const attributes = [...node.attributes];
    const hasBody = node.subgraphs().length > 0;
    if (!hasBody && attributes.length > 0) {
      this.list(' <', attributes, '>', ([name, attribute]) => this.attributes.print(name, attribute, index));
    }
    this.list(' (', node.inputs, ')', (name) => this.value('use', scope, name));
    if (hasBody) {
      this.sink.raw(' ');
      this.block('attributes', '<', '>', indent, () => this.lines(attributes, indent + step, ([name, attribute]) => {
        this.attributes.print(name, attribute, index, (graph) => this.graph(graph, scope, index, indent + step));
      }));
    }
    this.nodeEndLine[index] = this.sink.line;
    this.sink.end();
  }

  private value(kind: 'definition' | 'use' | 'declaration', scope: number, name: string): void {
    if (name === '') this.sink.raw('""');
    else this.sink.token(kind, identifier(name), this.values.find(scope, name));
  }

  private list<T>(open: string, items: readonly T[], close: string, print: (item: T) => void): void {
    this.sink.raw(open);
    for (let i = 0; i < items.length; i++) {
      if (i > 0) this.sink.raw(', ');
      print(items[i]!);
    }
    this.sink.raw(close);
  }

  /** Prints each on a line of its own, with a comma between those for which `print` does not answer false. */
  private lines<T>(items: readonly T[], indent: string, print: (item: T) => unknown): void {
    for (const [i, item] of items.entries()) {
      this.sink.raw(indent);
      const counts = print(item) !== false;
      if (counts && i < items.length - 1) this.sink.raw(',');
      this.sink.end();
    }
  }

  /** Bracketed lines, which can be folded away. */
  private block(kind: TextBlock['kind'], open: string, close: string, indent: string, print: () => void): void {
    const { line } = this.sink;
    this.sink.raw(open);
    this.sink.end();
    print();
    this.blocks.push({ kind, line, endLine: this.sink.line - 1 });
    this.sink.raw(`${indent}${close}`);
  }
}
