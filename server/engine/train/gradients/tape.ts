/**
 * Reverse-mode differentiation (Linnainmaa 1970; Griewank and Walther 2008, chapter 3) of an ONNX graph into nodes of
 * the same graph: the forward nodes are emitted in order and remembered, then their rules are applied backwards.
 */

import { LatheError } from '../../errors.ts';
import type { Node } from '../../model/node.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { gradientRuleFor } from './registry.ts';
import { constantRule, type BackwardCall, type GradientRule } from './rule.ts';

interface Entry {
  readonly node: Node;
  readonly rule: GradientRule;
  readonly saved: readonly string[];
}

export class Tape {
  private readonly graph: GraphBuilder;
  private readonly entries: Entry[] = [];
  /** Values through which a gradient is wanted. */
  private readonly required: Set<string>;

  /** @param variables values by which will be differentiated */
  constructor(graph: GraphBuilder, variables: Iterable<string>) {
    this.graph = graph;
    this.required = new Set(variables);
  }

  /**
   * Emits forward nodes, in an order in which values are made before they are used. A node without a rule is taken as a
   * constant: see `findBlocked` for who must not rely on that.
   */
  record(nodes: readonly Node[]): void {
    for (const node of nodes) this.recordNode(node);
  }

  private recordNode(node: Node): void {
    const { graph } = this;
    const rule = node.inputs.some((name) => this.required.has(name)) ? gradientRuleFor(node) : undefined;
    if (!rule || rule === constantRule) {
      graph.keep(node);
      return;
    }
    if ('decompose' in rule) {
      this.record(graph.emitted(() => rule.decompose(graph, node)));
      return;
    }
    let saved: readonly string[] = [];
    if (rule.forward) saved = rule.forward(graph, node, (index) => this.required.has(node.inputs[index] ?? ''));
    else graph.keep(node);
    this.entries.push({ node, rule, saved });
    for (const output of node.outputs) if (output && graph.isFloat(output)) this.required.add(output);
  }

  /** Whether a gradient of `value` may be asked for: it depends on a variable. */
  depends(value: string): boolean {
    return this.required.has(value);
  }

  /**
   * Emits the gradients of `variables`.
   *
   * @param seeds gradients of the loss with respect to some recorded values; each has its value's shape
   * @returns by variable, the value that holds its gradient; a variable on which the loss does not depend is missing
   */
  backward(
    seeds: Iterable<readonly [value: string, gradient: string]>,
    variables: readonly string[],
  ): Map<string, string> {
    const parts = new Map<string, string[]>();
    const add = (value: string, gradient: string): void => {
      const list = parts.get(value);
      if (list) list.push(gradient);
      else parts.set(value, [gradient]);
    };
    for (const [value, gradient] of seeds) add(value, gradient);
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const { node, rule, saved } = this.entries[i]!;
      const gradients = node.outputs.map((output) => this.total(parts, output));
      if (gradients.every((gradient) => gradient === undefined)) continue;
      const call: BackwardCall = {
        gradients,
        get gradient() {
          if (gradients[0] !== undefined) return gradients[0];
          throw new LatheError('INTERNAL', `Only a later output of ${node.opType} "${node.label}" has a gradient.`);
        },
        needs: (index) => this.required.has(node.inputs[index] ?? ''),
        saved,
      };
      const results = rule.backward(this.graph, node, call);
      results.forEach((gradient, index) => {
        if (gradient === undefined || !call.needs(index)) return;
        this.check(node, index, gradient);
        add(node.inputs[index]!, gradient);
      });
    }
    const found = new Map<string, string>();
    for (const name of variables) {
      const gradient = this.total(parts, name);
      if (gradient !== undefined) found.set(name, gradient);
    }
    return found;
  }

  /** Several uses of a value each give a part of its gradient. */
  private total(parts: Map<string, string[]>, value: string): string | undefined {
    const list = parts.get(value);
    if (!list || list.length === 0) return undefined;
    if (list.length === 1) return list[0];
    const sum = list.length === 2 ? this.graph.add(list[0]!, list[1]!) : this.graph.emit('Sum', list);
    parts.set(value, [sum]);
    return sum;
  }

  private check(node: Node, index: number, gradient: string): void {
    const wanted = this.graph.dims(node.inputs[index]!);
    const given = this.graph.dims(gradient);
    if (wanted.length === given.length && wanted.every((length, i) => length === given[i])) return;
    const message = `The gradient rule of ${node.opType} gives [${given.join(', ')}] for input ${index}`;
    throw new LatheError('INTERNAL', `${message}, which is [${wanted.join(', ')}].`, { at: { node: node.label } });
  }
}
