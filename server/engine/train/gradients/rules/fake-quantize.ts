/**
 * `lathe::FakeQuantize`: a value rounded to the codes that it will have, as a real number, with a scale that learns
 * (learned step size quantization: Esser et al. 2020, "Learned Step Size Quantization", section 2). Models have this
 * operator only while they are trained; `passes/quantize/aware` puts it in and takes it out.
 *
 * Inputs: x; scale, a scalar or one number per channel. Attributes: `lowest` and `highest`, the codes' range counted
 * from the zero point; `axis`, the channels' when there are several scales; `gradient_scale`, a factor on the scale's
 * gradient (section 2.2 of the paper). y = clamp(round(x / scale), lowest, highest) · scale.
 */

import { attr, type Attribute } from '../../../model/attribute.ts';
import type { Node, NodeFields } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

export interface FakeQuantization {
  readonly input: string;
  readonly scale: string;
  readonly output: string;
  readonly lowest: number;
  readonly highest: number;
  /** Absent for a scalar scale. */
  readonly axis?: number | undefined;
  readonly gradientScale: number;
}

/** Domain of operators that only exist during training. */
export const trainingDomain = 'lathe';

export function fakeQuantizeNode(q: FakeQuantization): NodeFields {
  const attributes: Record<string, Attribute> = {
    lowest: attr.int(q.lowest),
    highest: attr.int(q.highest),
    gradient_scale: attr.float(q.gradientScale),
    ...(q.axis !== undefined && { axis: attr.int(q.axis) }),
  };
  const { input, scale, output } = q;
  return { opType: 'FakeQuantize', domain: trainingDomain, inputs: [input, scale], outputs: [output], attributes };
}

/** Scales learn without bounds; one that came to zero would divide by it. */
const smallestScale = 1e-9;

/** The scale in a shape that broadcasts over x. */
function besideInput(g: GraphBuilder, node: Node): string {
  const [x = '', scale = ''] = node.inputs;
  const bounded = g.emit('Max', [scale, g.like(scale, smallestScale)]);
  const axis = node.int('axis');
  if (axis === undefined) return bounded;
  return g.reshape(bounded, g.dims(x).map((length, i) => (i === axis ? length : 1)));
}

/**
 * dX = dY where the code was not clamped, else 0. For the scale, of y = q · s: the code where it was clamped,
 * (y - x) / s elsewhere; with the mask at hand that is (Σ dY·y - Σ dX·x) / s for both.
 */
const fakeQuantize: GradientRule = {
  forward: (g, node) => {
    const scale = besideInput(g, node);
    const rounded = g.emit('Round', [g.div(node.inputs[0]!, scale)]);
    const lowest = g.like(rounded, node.int('lowest', 0));
    const highest = g.like(rounded, node.int('highest', 0));
    const codes = g.emit('Clip', [rounded, lowest, highest]);
    g.put({ opType: 'Mul', inputs: [codes, scale], outputs: node.outputs });
    return [rounded, codes, scale];
  },
  backward: (g, node, call) => {
    const [x = '', scale = ''] = node.inputs;
    const [rounded = '', codes = '', beside = ''] = call.saved;
    const { gradient } = call;
    const dx = g.where(g.emit('Equal', [rounded, codes]), gradient, g.like(gradient, 0));
    if (!call.needs(1)) return [dx];
    const noise = g.sub(g.mul(gradient, node.outputs[0]!), g.mul(dx, x));
    const sums = g.div(g.sumTo(noise, g.dims(beside)), beside);
    return [dx, g.reshape(g.mul(sums, node.float('gradient_scale', 1)), g.dims(scale))];
  },
};

export const fakeQuantizeRules: GradientRules = { [`${trainingDomain}::FakeQuantize`]: fakeQuantize };
