/**
 * The function of one variable that a value goes through before anything else sees it: a convolution's output under
 * SiLU, hard-swish, GELU, however many nodes they are spelt with. Ranges are chosen for what comes out of it: what
 * SiLU makes of everything below -8 is the same nothing, so no codes need be spent there.
 */

import { Constants } from '../../../model/constants.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';

/** Values of the function at `xs`. */
export type Curve = (xs: Float64Array) => Float64Array;

type Inputs = readonly number[];
type Operation = (node: Node) => (inputs: Inputs) => number;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** Abramowitz and Stegun 7.1.26: within 1.5e-7 of the error function. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** By operator: what it makes of the numbers at its inputs. */
const operations: Readonly<Record<string, Operation>> = {
  Add: () => ([a, b]) => a! + b!,
  Sub: () => ([a, b]) => a! - b!,
  Mul: () => ([a, b]) => a! * b!,
  Div: () => ([a, b]) => a! / b!,
  Pow: () => ([a, b]) => a! ** b!,
  Min: () => (inputs) => Math.min(...inputs),
  Max: () => (inputs) => Math.max(...inputs),
  Neg: () => ([x]) => -x!,
  Abs: () => ([x]) => Math.abs(x!),
  Exp: () => ([x]) => Math.exp(x!),
  Sqrt: () => ([x]) => Math.sqrt(x!),
  Erf: () => ([x]) => erf(x!),
  Relu: () => ([x]) => Math.max(0, x!),
  Sigmoid: () => ([x]) => sigmoid(x!),
  Tanh: () => ([x]) => Math.tanh(x!),
  Softplus: () => ([x]) => (x! > 30 ? x! : Math.log1p(Math.exp(x!))),
  LeakyRelu: (node) => {
    const slope = node.float('alpha', 0.01);
    return ([x]) => (x! < 0 ? slope * x! : x!);
  },
  Elu: (node) => {
    const alpha = node.float('alpha', 1);
    return ([x]) => (x! < 0 ? alpha * Math.expm1(x!) : x!);
  },
  HardSigmoid: (node) => {
    const [alpha, beta] = [node.float('alpha', 0.2), node.float('beta', 0.5)];
    return ([x]) => clamp(alpha * x! + beta, 0, 1);
  },
  HardSwish: () => ([x]) => x! * clamp(x! / 6 + 0.5, 0, 1),
  Gelu: () => ([x]) => (x! / 2) * (1 + erf(x! / Math.SQRT2)),
  Clip: (node) => {
    const [low, high] = [node.float('min', -Infinity), node.float('max', Infinity)];
    return ([x, min, max]) => clamp(x!, min ?? low, max ?? high);
  },
};

/** Nodes that one function may consist of. */
const mostNodes = 12;

/** Of those `values` of the main graph that have one. */
export function curvesOf(model: Model, values: Iterable<string>): Map<string, Curve> {
  const index = new GraphIndex(model.graph);
  const constants = Constants.of(model);
  const curves = new Map<string, Curve>();
  for (const value of values) {
    const curve = curveBehind(value, index, constants);
    if (curve) curves.set(value, curve);
  }
  return curves;
}

/**
 * The function that everything read of `value` goes through; undefined where something reads the value itself, where
 * the ways do not come together again, or where another operand is no single constant number.
 */
export function curveBehind(value: string, index: GraphIndex, constants: Constants): Curve | undefined {
  const inside = nodesBehind(value, index, constants);
  if (inside.size === 0 || index.isOutput(value)) return undefined;
  const leaves = [value, ...[...inside].map((node) => node.outputs[0]!)].filter((name) =>
    index.isOutput(name) || index.uses(name).some(({ node }) => !inside.has(node)));
  const [end, ...others] = leaves;
  if (end === undefined || end === value || others.length > 0) return undefined;
  const places = new Map([[value, 0]]);
  const steps = [...inside].map((node) => {
    const sources = node.inputs.map((name) => {
      const known = places.get(name);
      // An input that is left out has no number: operations fill in their default.
      return known ?? (name ? { constant: constants.tensor(name)!.toNumbers()[0]! } : undefined);
    });
    places.set(node.outputs[0]!, places.size);
    return { compute: operations[node.opType]!(node), sources };
  });
  const last = places.get(end)!;
  return (xs) => {
    const numbers = new Float64Array(places.size);
    return xs.map((x) => {
      numbers[0] = x;
      for (const [i, { compute, sources }] of steps.entries()) {
        numbers[i + 1] = compute(sources.map(
          (source) => (typeof source === 'number' ? numbers[source] : source?.constant)!,
        ));
      }
      return numbers[last]!;
    });
  };
}

/** The nodes that compute with nothing but `value` and single numbers, each behind those that it reads. */
function nodesBehind(value: string, index: GraphIndex, constants: Constants): Set<Node> {
  const inside = new Set<Node>();
  const known = new Set([value]);
  const isNumber = (name: string): boolean => name === '' || constants.tensor(name)?.size === 1;
  const fits = (node: Node): boolean =>
    node.is(...Object.keys(operations)) && node.outputs.length === 1
    && node.inputs.every((name) => known.has(name) || isNumber(name));
  // A node that joins two ways fits only when both are known, whichever is met first.
  for (let before = -1; before < inside.size;) {
    before = inside.size;
    for (const name of known) {
      for (const { node, graph } of index.uses(name)) {
        if (graph !== index.graph || inside.has(node) || inside.size >= mostNodes || !fits(node)) continue;
        inside.add(node);
        known.add(node.outputs[0]!);
      }
    }
  }
  return inside;
}
