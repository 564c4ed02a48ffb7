/**
 * Which nodes of a graph compute in integers, and which values get scale and zero point. Decided from the structure
 * alone, before any data is read.
 *
 * Layers with weights are quantized wherever they may be. The cheap layers between them (pooling, adding, joining,
 * reshaping) follow only where an input comes from an integer layer and an integer layer uses the result: otherwise
 * the conversions would cost more than they save, and the output of the network would lose precision. One converted
 * input beside an integer one is cheaper than leaving the integers: a float shortcut would make the rest of a residual
 * network's trunk float.
 */

import { Constants } from '../../../model/constants.ts';
import type { Graph } from '../../../model/graph.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { Range } from '../../../tensor/affine.ts';
import { roleOf, type ClampRole, type ComputeRole, type Role } from './operators.ts';

export interface QuantizationPlan {
  /** Nodes that will run as integer kernels, with their roles. */
  readonly integer: ReadonlyMap<Node, Role>;
  /** Clamps that vanish into the QuantizeLinear behind them, with the node before them. */
  readonly absorbed: ReadonlyMap<Node, { readonly producer: Node; readonly role: ClampRole }>;
  /** Values that get a pair, with the group whose parameters they share. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** Ranges known by definition, by value. */
  readonly fixedRanges: ReadonlyMap<string, Range>;
}

/**
 * Plans the quantization of the main graph.
 *
 * @param wanted says which layers with weights shall be quantized
 */
export function planQuantization(model: Model, wanted: (node: Node) => boolean): QuantizationPlan {
  const { graph } = model;
  const constants = Constants.of(model);
  const index = new GraphIndex(graph);
  const roles = new Map<Node, Role>();
  for (const node of graph.nodes) {
    const role = roleOf(node, constants);
    if (role) roles.set(node, role);
  }
  const integer = new Map<Node, Role>();
  for (const [node, role] of roles) {
    const computes = role.kind === 'compute' && dataInputs(node, role, constants).length > 0;
    if (computes && wanted(node)) integer.set(node, role);
  }
  for (const node of followers(graph, index, constants, roles, integer, wanted)) integer.set(node, roles.get(node)!);
  const absorbed = absorbedClamps(index, roles, integer);
  return { integer, absorbed, ...quantizedValues(index, constants, integer, absorbed) };
}

/** The data inputs of a node that are not constants. */
export function dataInputs(node: Node, role: Role, constants: Constants): string[] {
  const indices = role.kind === 'elementwise' ? role.data : [role.data];
  return indices.flatMap((i) => node.input(i) ?? []).filter((name) => !constants.has(name));
}

/** Layers without weights that become integer: fed by an integer layer, and leading to one. */
function followers(
  graph: Graph,
  index: GraphIndex,
  constants: Constants,
  roles: ReadonlyMap<Node, Role>,
  compute: ReadonlyMap<Node, Role>,
  wanted: (node: Node) => boolean,
): Set<Node> {
  const fed = new Set<Node>();
  const available = (value: string): boolean => {
    const producer = index.producer(value);
    return producer !== undefined && (compute.has(producer) || fed.has(producer));
  };
  for (const node of graph.nodes) {
    const role = roles.get(node);
    if (!role || role.kind === 'compute' || !wanted(node)) continue;
    const inputs = dataInputs(node, role, constants);
    if (inputs.some(available) && !isBiasOfMatMul(node, role, index, constants)) fed.add(node);
  }
  const leading = new Set<Node>();
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (!fed.has(node)) continue;
    const leads = node.outputs.some((output) =>
      index.uses(output).some((use) => {
        const role = compute.get(use.node);
        if (role?.kind === 'compute') return use.index === role.data;
        return leading.has(use.node);
      }),
    );
    if (leads) leading.add(node);
  }
  return leading;
}

/** MatMul gives full-precision sums; adding its bias in float keeps them so, at no cost worth naming. */
function isBiasOfMatMul(node: Node, role: Role, index: GraphIndex, constants: Constants): boolean {
  if (role.kind !== 'elementwise' || !node.is('Add', 'Mul')) return false;
  const inputs = dataInputs(node, role, constants);
  return inputs.length === 1 && index.producer(inputs[0]!)?.is('MatMul') === true;
}

function absorbedClamps(
  index: GraphIndex,
  roles: ReadonlyMap<Node, Role>,
  integer: ReadonlyMap<Node, Role>,
): QuantizationPlan['absorbed'] {
  const absorbed = new Map<Node, { producer: Node; role: ClampRole }>();
  for (const [producer, role] of integer) {
    if (role.kind === 'moving' || role.kind === 'clamp' || producer.outputs.length !== 1) continue;
    const use = index.soleUse(producer.outputs[0]!);
    const clamp = use && roles.get(use.node);
    if (!use || clamp?.kind !== 'clamp' || use.graph !== index.graph || use.index !== clamp.data) continue;
    // A kernel that can give float loses nothing by leaving a float clamp behind it, unless integers go on from there.
    const goesOn = integer.has(use.node) || feedsInteger(use.node, index, integer);
    if (role.kind === 'compute' && role.floatOutput && !goesOn) continue;
    absorbed.set(use.node, { producer, role: clamp });
  }
  return absorbed;
}

function feedsInteger(node: Node, index: GraphIndex, integer: ReadonlyMap<Node, Role>): boolean {
  return node.outputs.some((output) => index.uses(output).some((use) => readsAsInteger(use.node, use.index, integer)));
}

function readsAsInteger(node: Node, input: number, integer: ReadonlyMap<Node, Role>): boolean {
  const role = integer.get(node);
  if (!role) return false;
  return role.kind === 'elementwise' ? role.data.includes(input) : role.data === input;
}

/** Every value with a pair, and the groups that share parameters (a moving layer's input and outputs). */
function quantizedValues(
  index: GraphIndex,
  constants: Constants,
  integer: ReadonlyMap<Node, Role>,
  absorbed: QuantizationPlan['absorbed'],
): Pick<QuantizationPlan, 'groupOf' | 'fixedRanges'> {
  const parent = new Map<string, string>();
  const find = (value: string): string => {
    const up = parent.get(value);
    if (up === undefined || up === value) return value;
    const root = find(up);
    parent.set(value, root);
    return root;
  };
  const add = (value: string): void => {
    if (!parent.has(value)) parent.set(value, value);
  };
  const fixedRanges = new Map<string, Range>();

  for (const [node, role] of integer) {
    if (absorbed.has(node)) continue;
    for (const input of dataInputs(node, role, constants)) add(input);
    const clamp = clampBehind(node, index, absorbed);
    const outputs = clamp ? clamp.outputs : node.outputs;
    if (isFloatOutput(role) && !clamp && !feedsInteger(node, index, integer)) continue;
    for (const output of outputs) if (output) add(output);
    if (role.kind === 'elementwise' && role.fixedRange && outputs[0]) fixedRanges.set(outputs[0], role.fixedRange);
    if (node.is('Concat')) joinConcat(node, index, parent, find);
    if (role.kind !== 'moving') continue;
    const input = node.input(role.data)!;
    for (const output of outputs) if (output) parent.set(find(output), find(input));
  }
  // A clamp that was planned as integer but absorbed still gives the value that the next layer reads.
  for (const clamp of absorbed.keys()) for (const output of clamp.outputs) add(output);

  const groupOf = new Map<string, string>();
  for (const value of parent.keys()) groupOf.set(value, find(value));
  return { groupOf, fixedRanges };
}

/**
 * With one scale for all, joining is a copy; with several, every input that differs from the output is rounded twice.
 * Inputs that others read as well keep a scale of their own.
 */
function joinConcat(
  node: Node,
  index: GraphIndex,
  parent: Map<string, string>,
  find: (value: string) => string,
): void {
  const output = node.outputs[0]!;
  for (const input of new Set(node.inputs)) {
    if (parent.has(input) && index.uses(input).every((use) => use.node === node)) parent.set(find(input), find(output));
  }
}

function isFloatOutput(role: Role): role is ComputeRole {
  return role.kind === 'compute' && role.floatOutput;
}

/** The absorbed clamp that follows `node`, if any. */
export function clampBehind(node: Node, index: GraphIndex, absorbed: QuantizationPlan['absorbed']): Node | undefined {
  const use = index.soleUse(node.outputs[0] ?? '');
  return use && absorbed.get(use.node)?.producer === node ? use.node : undefined;
}
