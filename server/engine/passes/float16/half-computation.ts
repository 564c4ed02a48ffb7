/** Rewrites a model so that it computes in half precision where it may. */

import { removeDead } from '../../model/dead-code.ts';
import type { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { inferShapes, type InferredTypes } from '../../model/shapes/infer.ts';
import { topologicalOrder } from '../../model/toposort.ts';
import type { ValueInfo } from '../../model/types.ts';
import { UniqueNames } from '../../model/unique-names.ts';
import { dataTypeCode } from '../../tensor/dtype.ts';
import type { LayerAction } from '../pass.ts';
import { halfOperator, type HalfType } from './half-operators.ts';
import { HalfScope, type Form, type HalfNames } from './half-scope.ts';
import type { HalfConstants } from './half-tensor.ts';
import { decide, type Decision } from './precision.ts';
import { collectNames, schemeName, type HalfOptions } from './to-half-options.ts';

/** A graph and what was decided on its nodes. */
interface Part {
  readonly scope: HalfScope;
  readonly decisions: ReadonlyMap<Node, Decision>;
}

export class HalfComputation {
  private readonly model: Model;
  private readonly options: HalfOptions;
  private readonly constants: HalfConstants;
  private readonly names: HalfNames;
  private readonly parts: Part[] = [];

  constructor(model: Model, options: HalfOptions, constants: HalfConstants) {
    this.model = model;
    this.options = options;
    this.constants = constants;
    const taken = collectNames(model.graph, new UniqueNames());
    this.names = { type: options.type, unique: (base) => taken.claim(base) };
  }

  /** Converts the model in place; returns what became of its layers. */
  convert(): LayerAction[] {
    this.decideAll(this.model.graph, inferShapes(this.model), undefined, this.options.io === 'half');
    const layers = this.parts.flatMap(({ decisions }) => [...decisions].flatMap((entry) => this.action(...entry)));
    this.eachFloatInput((scope, node, index, form) => scope.countRead(node.inputs[index]!, form));
    for (const part of this.parts) {
      this.convertConstants(part.scope);
      this.dropNeedlessCasts(part);
    }
    // Inner graphs may ask outer ones for conversions: nothing is put in order before all have asked.
    this.eachFloatInput((scope, node, index, form) => {
      node.inputs[index] = scope.form(node.inputs[index]!, form);
    });
    for (const part of this.parts) this.nameOutputs(part);
    for (const { scope } of [...this.parts].reverse()) close(scope, this.options.type, this.model.irVersion);
    return layers;
  }

  private decideAll(graph: Graph, types: InferredTypes | undefined, parent?: HalfScope, halfPorts = false): void {
    const scope = new HalfScope(graph, this.names, types, parent, halfPorts);
    const { type, keepsFloat } = this.options;
    this.parts.push({ scope, decisions: decide(scope, { type, opset: this.model.opset, keepsFloat }) });
    for (const node of graph.nodes) {
      for (const inner of node.subgraphs()) this.decideAll(inner, types?.forGraph(inner), scope);
    }
  }

  /** Calls back for every float32 input of every node, with the form in which the node wants it. */
  private eachFloatInput(visit: (scope: HalfScope, node: Node, index: number, form: Form) => void): void {
    const { type } = this.options;
    for (const { scope, decisions } of this.parts) {
      for (const [node, { precision }] of decisions) {
        const operator = precision === 'half' ? halfOperator(node.opType, type, this.model.opset) : undefined;
        for (const [index, value] of node.inputs.entries()) {
          if (!scope.isFloat(value)) continue;
          if (precision === 'native') visit(scope, node, index, scope.nativeForm(value));
          else visit(scope, node, index, operator && (operator.inputs?.includes(index) ?? true) ? 'half' : 'float');
        }
      }
    }
  }

  private convertConstants(scope: HalfScope): void {
    for (const name of scope.halfConstants()) {
      scope.graph.initializers.set(name, this.constants.convert(scope.graph.initializers.get(name)!));
      scope.setNativeHalf(name);
    }
  }

  /** Casts to half precision that read it already now: onnxruntime stumbles over some of them. */
  private dropNeedlessCasts({ scope, decisions }: Part): void {
    const code = dataTypeCode(this.options.type);
    for (const node of decisions.keys()) {
      if (!node.is('Cast') || node.int('to') !== code || !scope.isNativeHalf(node.inputs[0]!)) continue;
      node.opType = 'Identity';
      node.attributes.clear();
    }
  }

  private nameOutputs({ scope, decisions }: Part): void {
    for (const [node, { precision }] of decisions) {
      node.outputs = node.outputs.map((output) => {
        if (!scope.isFloat(output)) return output;
        return scope.form(output, precision === 'half' ? 'half' : 'float');
      });
    }
    for (const { name } of scope.graph.outputs) {
      if (scope.isFloat(name) && scope.isMade(name)) scope.form(name, scope.halfPorts ? 'half' : 'float');
    }
  }

  private action(node: Node, { precision, reason }: Decision): LayerAction[] {
    const layer = { name: node.label, opType: node.opType };
    const { type } = this.options;
    const operator = halfOperator(node.opType, type, this.model.opset);
    if (precision === 'half') return operator?.kind === 'compute' ? [{ ...layer, action: schemeName(type) }] : [];
    return reason === undefined ? [] : [{ ...layer, action: 'float', reason }];
  }
}

/** Puts conversions and types in their places. */
function close(scope: HalfScope, type: HalfType, irVersion: number): void {
  const { graph } = scope;
  graph.nodes = topologicalOrder([...graph.nodes, ...scope.casts]);
  const half = new Set(scope.halfValues());
  const retyped = (info: ValueInfo): ValueInfo =>
    half.has(info.name) && info.type?.kind === 'tensor' ? { ...info, type: { ...info.type, dtype: type } } : info;
  for (const [name, info] of graph.valueInfos) graph.valueInfos.set(name, retyped(info));
  if (scope.halfPorts) {
    graph.inputs = graph.inputs.map(retyped);
    graph.outputs = graph.outputs.map(retyped);
  }
  removeDead(graph, irVersion);
}
