/** ONNX's `GraphProto`: nodes in execution order, constants, and the values that enter and leave. */

import type { Node } from './node.ts';
import type { SparseTensor, Tensor } from './tensor.ts';
import type { ValueInfo } from './types.ts';

/** ONNX `TensorAnnotation`: names of a value's scale and zero point, carried along. */
export interface QuantizationAnnotation {
  readonly tensorName: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly unknown?: readonly Uint8Array[];
}

export class Graph {
  name = '';
  /** In an order in which every value is made before it is used. */
  nodes: Node[] = [];
  inputs: ValueInfo[] = [];
  outputs: ValueInfo[] = [];
  /** By name, in file order. A name may also be an input, whose value then overrides it (IR 3 always lists both). */
  initializers = new Map<string, Tensor>();
  /** By name. */
  sparseInitializers = new Map<string, SparseTensor>();
  /** Types that the file declares for inner values, by name. */
  valueInfos = new Map<string, ValueInfo>();
  quantizationAnnotations: QuantizationAnnotation[] = [];
  docString: string | undefined;
  metadata: ReadonlyMap<string, string> | undefined;
  unknown: readonly Uint8Array[] | undefined;

  /** A copy whose structure may be edited freely; tensors are shared. */
  clone(): Graph {
    const copy = new Graph();
    copy.name = this.name;
    copy.nodes = this.nodes.map((node) => node.clone());
    copy.inputs = [...this.inputs];
    copy.outputs = [...this.outputs];
    copy.initializers = new Map(this.initializers);
    copy.sparseInitializers = new Map(this.sparseInitializers);
    copy.valueInfos = new Map(this.valueInfos);
    copy.quantizationAnnotations = [...this.quantizationAnnotations];
    copy.docString = this.docString;
    copy.metadata = this.metadata;
    copy.unknown = this.unknown;
    return copy;
  }

  /** Inputs that a caller must feed: those without a default among the initializers. */
  feeds(): ValueInfo[] {
    return this.inputs.filter((i) => !this.initializers.has(i.name) && !this.sparseInitializers.has(i.name));
  }

  /** Every node of the graph and of all subgraphs, outer before inner, with the graph that holds it. */
  *walk(): Generator<{ readonly node: Node; readonly graph: Graph; readonly depth: number }> {
    yield* walkGraph(this, 0);
  }
}

function* walkGraph(graph: Graph, depth: number): Generator<{ node: Node; graph: Graph; depth: number }> {
  for (const node of graph.nodes) {
    yield { node, graph, depth };
    for (const subgraph of node.subgraphs()) yield* walkGraph(subgraph, depth + 1);
  }
}
