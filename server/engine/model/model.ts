/** A whole model: ONNX's `ModelProto`. Passes take one and return another, and never change the one they were given. */

import type { Attribute } from './attribute.ts';
import { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { ValueInfo } from './types.ts';

/** ONNX `FunctionProto`: an operator whose body is given by nodes. */
export interface FunctionDefinition {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes without a default. */
  readonly attributes: readonly string[];
  readonly attributeDefaults: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly Node[];
  readonly opsetImports: ReadonlyMap<string, number>;
  readonly valueInfos: ReadonlyMap<string, ValueInfo>;
  readonly docString?: string;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly unknown?: readonly Uint8Array[];
}

export class Model {
  irVersion = 8;
  /** Operator set versions by domain; the standard domain is ''. */
  opsetImports = new Map<string, number>();
  producerName: string | undefined;
  producerVersion: string | undefined;
  domain: string | undefined;
  modelVersion: bigint | undefined;
  docString: string | undefined;
  graph = new Graph();
  metadata: Map<string, string> | undefined;
  functions: FunctionDefinition[] = [];
  /** Messages that Lathe only carries along: `training_info`, `configuration` and unknown fields, encoded. */
  unknown: readonly Uint8Array[] | undefined;
  /** The file the model was read from: external data and relative paths start at its folder. */
  path: string | undefined;

  /** Version of the standard operator set. */
  get opset(): number {
    return this.opsetImports.get('') ?? 1;
  }

  /** A copy whose structure may be edited freely. Tensors and functions are shared: replace, do not edit them. */
  clone(): Model {
    const copy = new Model();
    copy.irVersion = this.irVersion;
    copy.opsetImports = new Map(this.opsetImports);
    copy.producerName = this.producerName;
    copy.producerVersion = this.producerVersion;
    copy.domain = this.domain;
    copy.modelVersion = this.modelVersion;
    copy.docString = this.docString;
    copy.graph = this.graph.clone();
    copy.metadata = this.metadata && new Map(this.metadata);
    copy.functions = [...this.functions];
    copy.unknown = this.unknown;
    copy.path = this.path;
    return copy;
  }
}
