/**
 * If, Loop and Scan. Values that go round a loop are inferred to a fixed point: what is known of them shrinks
 * with every round until a round changes nothing, so that it holds for any number of iterations.
 */

import type { Graph } from '../../graph.ts';
import type { Dim } from '../../types.ts';
import { bothDims, dimension, positiveAxis, type Shape } from '../dims.ts';
import { either, sameKnown, tensor, type Known } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

function subgraph(n: NodeFacts, name: string): Graph | undefined {
  const attribute = n.node.attributes.get(name);
  return attribute?.type === 'graph' ? attribute.value : undefined;
}

function ifRule(n: NodeFacts): Outputs {
  const [yes, no] = [subgraph(n, 'then_branch'), subgraph(n, 'else_branch')];
  const condition = n.scalar(0);
  const whenTrue = yes ? n.body(yes, [], condition !== 0) : [];
  const whenFalse = no ? n.body(no, [], condition !== 1) : [];
  if (typeof condition === 'number') return condition ? whenTrue : whenFalse;
  return n.node.outputs.map((_, i) => either(whenTrue[i], whenFalse[i]));
}

/** Rounds after which values that still change are given up. */
const maxRounds = 4;

/** Type without shape: what a value keeps that changes its shape with every round. */
function shapeless(known: Known | undefined): Known | undefined {
  if (known?.type.kind !== 'tensor') return undefined;
  return known.type.dtype === 'undefined' ? undefined : tensor(known.type.dtype);
}

/**
 * Runs `body` until the states that enter it and those that leave it agree.
 *
 * @param round maps states to the outputs of the body, its first `initial.length` being the next states
 * @returns the states, valid after any number of rounds, and the outputs of the last round
 */
function fixedPoint(
  initial: Outputs,
  round: (states: Outputs) => Outputs,
): { readonly states: Outputs; readonly outputs: Outputs } {
  let states = initial;
  for (let i = 0; ; i++) {
    const outputs = round(states);
    const next = states.map((state, s) => either(state, outputs[s]));
    if (next.every((state, s) => sameKnown(state, states[s]))) return { states, outputs };
    states = i < maxRounds ? next : next.map((state, s) => (sameKnown(state, states[s]) ? state : shapeless(state)));
    if (i > 2 * maxRounds) {
      states = initial.map(() => undefined);
      return { states, outputs: round(states) };
    }
  }
}

/** One element more per iteration, along `axis` of the stacked value. */
function stacked(element: Known | undefined, length: Dim, axis = 0): Known | undefined {
  const type = element?.tensor;
  if (!type) return undefined;
  const at = type.shape && positiveAxis(axis, type.shape.length + 1);
  if (!type.shape || at === undefined) return tensor(type.dtype);
  return tensor(type.dtype, [...type.shape.slice(0, at), length, ...type.shape.slice(at)]);
}

/** Inputs: trip count, condition, states. The body takes the iteration, the condition and the states. */
function loop(n: NodeFacts): Outputs {
  const body = subgraph(n, 'body');
  if (!body) return [];
  const initial = n.node.inputs.slice(2).map((_, i) => n.inputs[i + 2]);
  let goesOn: Known | undefined;
  const { states, outputs } = fixedPoint(initial, (values) => {
    const all = n.body(body, [tensor('int64', []), tensor('bool', []), ...values]);
    goesOn = all[0];
    return all.slice(1);
  });
  // The number of iterations is certain only when nothing but the count can end the loop.
  const always = (!n.has(1) || n.scalar(1) === 1) && goesOn?.elements?.[0] === 1;
  const trips = always && n.has(0) ? n.scalar(0) : null;
  const length = typeof trips === 'number' ? dimension(Math.max(0, trips)) : trips;
  return [...states, ...outputs.slice(states.length).map((output) => stacked(output, length))];
}

/** Shape without dimension `axis`. */
function sliced(known: Known | undefined, axis: number): Known | undefined {
  const type = known?.tensor;
  if (!type) return undefined;
  const at = type.shape && positiveAxis(axis, type.shape.length);
  return tensor(type.dtype, at === undefined ? undefined : type.shape!.filter((_, i) => i !== at));
}

function dimAt(shape: Shape | undefined, axis: number): Dim {
  return shape?.at(axis) ?? null;
}

/** Inputs: states, then sequences, of which the body sees one slice at a time. */
function scan(n: NodeFacts): Outputs {
  const body = subgraph(n, 'body');
  if (!body) return [];
  // Opset 8 has a leading input of lengths, and a batch dimension that the body does not see.
  if (n.opset < 9) return batchedScan(n, body);
  const scanned = n.node.int('num_scan_inputs', 0);
  const stateCount = n.inputs.length - scanned;
  const inputAxes = n.node.ints('scan_input_axes') ?? [];
  const outputAxes = n.node.ints('scan_output_axes') ?? [];
  const sequences = n.inputs.slice(stateCount);
  const slices = sequences.map((sequence, i) => sliced(sequence, inputAxes[i] ?? 0));
  const length = sequences.reduce<Dim>((d, s, i) => bothDims(d, dimAt(s?.tensor?.shape, inputAxes[i] ?? 0)), null);
  const initial = n.inputs.slice(0, stateCount);
  const { states, outputs } = fixedPoint(initial, (values) => n.body(body, [...values, ...slices]));
  return [...states, ...outputs.slice(stateCount).map((output, i) => stacked(output, length, outputAxes[i] ?? 0))];
}

function batchedScan(n: NodeFacts, body: Graph): Outputs {
  const inputs = n.inputs.slice(1);
  const stateCount = inputs.length - n.node.int('num_scan_inputs', 0);
  const batch = inputs.reduce<Dim>((d, input) => bothDims(d, dimAt(input?.tensor?.shape, 0)), null);
  const sequences = inputs.slice(stateCount);
  const length = sequences.reduce<Dim>((d, s) => bothDims(d, dimAt(s?.tensor?.shape, 1)), null);
  const slices = sequences.map((s) => sliced(sliced(s, 0), 0));
  const initial = inputs.slice(0, stateCount).map((state) => sliced(state, 0));
  const { states, outputs } = fixedPoint(initial, (values) => n.body(body, [...values, ...slices]));
  return [
    ...states.map((state) => stacked(state, batch)),
    ...outputs.slice(stateCount).map((output) => stacked(stacked(output, length), batch)),
  ];
}

export const controlFlowRules: Rules = { If: ifRule, Loop: loop, Scan: scan };
