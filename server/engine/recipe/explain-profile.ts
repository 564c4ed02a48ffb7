/** Why a quantized model is not faster than it is, in words, from the times of its nodes. */

import type { NodeTime } from '../../../protocol/results/benchmark.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { OptimizedGraph } from '../runtime/optimized-graph.ts';
import type { NodeProfile } from '../runtime/profile.ts';
import { durationInWords, plural } from '../util/words.ts';

export interface ExplainedProfile {
  readonly model: Model;
  readonly profile: NodeProfile;
}

/** Less than this share of the time is not worth a sentence. */
const audibleShare = 0.01;
/** A layer is slower than its float form when it is so by this share: less is noise. */
const slowerBy = 1.15;
const namedLayers = 4;

/**
 * Sentences, the largest loss first; none for a model that is not quantized.
 *
 * @param others timed in the same run: a float model among them is what layers are compared with
 */
export function explainProfile(
  { model, profile }: ExplainedProfile,
  others: readonly ExplainedProfile[],
): readonly string[] {
  if (!isQuantized(model)) return [];
  const graph = new OptimizedGraph(profile.optimized);
  const integer = graph.ofKind('integer');
  if (integer.length === 0) {
    return ['No operator computes with integers: the weights are only stored as integers, and become float when the '
      + 'model is loaded. It is smaller, not faster.'];
  }
  const times = new Times(profile);
  const nodes = [...profile.optimized.graph.nodes];
  const first = `${integer.length} of ${plural(nodes.length, 'operator')} compute with integers, `
    + `${percent(times.of(integer))} of the time.`;
  const float = others.find((other) => !isQuantized(other.model));
  const losses = [
    unfused(graph, times),
    islands(graph, times),
    otherFloats(graph, times),
    movers(graph, profile, times),
    conversions(graph, times),
    layoutChanges(graph, profile, times),
    ...(float ? [slowerLayers(profile, float.profile)] : []),
  ];
  const told = losses.filter((loss) => loss !== undefined).sort((a, b) => b.share - a.share);
  return [first, ...told.map(({ sentence }) => sentence)];
}

interface Loss {
  /** Of the time of the model. */
  readonly share: number;
  readonly sentence: string;
}

const quantized = /^(?:QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QLinear.*|.*Integer|QGemm)$/;

const storedTypes: ReadonlySet<string> = new Set(['int8', 'uint8', 'int4', 'uint4']);

/** Also where weights are only stored as integers: then they go through a Cast. */
function isQuantized(model: Model): boolean {
  return [...model.graph.walk()].some(({ node, graph }) => {
    if (quantized.test(node.opType)) return true;
    const stored = node.is('Cast') ? graph.initializers.get(node.input(0) ?? '') : undefined;
    return stored !== undefined && stored.dims.length > 1 && storedTypes.has(stored.dtype);
  });
}

/** Shares of the time by node of the optimized graph: profile and graph name nodes alike. */
class Times {
  private readonly shares = new Map<string, number>();

  constructor({ nodes }: NodeProfile) {
    for (const { name, opType, share } of nodes) {
      const key = keyOf(name, opType);
      this.shares.set(key, (this.shares.get(key) ?? 0) + share);
    }
  }

  /** Of the time of all nodes, 0..1. */
  of(nodes: readonly Node[]): number {
    // Nodes without a name share one entry.
    const keys = new Set(nodes.map(({ name, opType }) => keyOf(name, opType)));
    return [...keys].reduce((sum, key) => sum + (this.shares.get(key) ?? 0), 0);
  }
}

function keyOf(name: string, opType: string): string {
  return `${opType} ${name}`;
}

function unfused(graph: OptimizedGraph, times: Times): Loss | undefined {
  const nodes = graph.unfused();
  if (nodes.length === 0) return undefined;
  const share = times.of(nodes);
  return {
    share,
    sentence: `onnxruntime did not fuse the conversions around ${plural(nodes.length, 'operator')}, so that `
      + `${nodes.length === 1 ? 'it computes' : 'they compute'} in float (${percent(share)} of the time): `
      + `${namesOf(nodes)}.`,
  };
}

function islands(graph: OptimizedGraph, times: Times): Loss | undefined {
  const unfusedNodes = new Set(graph.unfused());
  const found = graph.islands().filter((nodes) => nodes.some((node) => !unfusedNodes.has(node)));
  const nodes = found.flat();
  const share = times.of(nodes);
  if (found.length === 0) return undefined;
  return {
    share,
    sentence: `${plural(found.length, 'float island')} between integer layers (${plural(nodes.length, 'operator')}) `
      + `${found.length === 1 ? 'takes' : 'take'} ${percent(share)} of the time, and values are converted before and `
      + `after each: ${namesOf(nodes)}.`,
  };
}

/** Float operators at the ends of the network, or all along it where activations are quantized at run time. */
function otherFloats(graph: OptimizedGraph, times: Times): Loss | undefined {
  const told = new Set([...graph.unfused(), ...graph.islands().flat()]);
  const nodes = graph.ofKind('float').filter((node) => !told.has(node));
  const share = times.of(nodes);
  if (share < audibleShare) return undefined;
  const slowest = [...nodes].sort((a, b) => times.of([b]) - times.of([a]));
  return {
    share,
    sentence: `${plural(nodes.length, 'operator')} ${nodes.length === 1 ? 'computes' : 'compute'} in float, not `
      + `between conversions, ${percent(share)} of the time: ${namesOf(slowest)}.`,
  };
}

/** What integers make no faster: less than this is not worth a sentence. */
const movingShare = 0.05;

function movers(graph: OptimizedGraph, profile: NodeProfile, times: Times): Loss | undefined {
  const inserted = new Set(insertedTransposes(profile).map(({ name, opType }) => keyOf(name, opType)));
  const nodes = [...graph.ofKind('moving'), ...graph.ofKind('other')]
    .filter(({ name, opType }) => !inserted.has(keyOf(name, opType)));
  const share = times.of(nodes);
  if (share < movingShare) return undefined;
  return {
    share,
    sentence: `Moving values (Reshape, Concat and the like) and working out shapes takes ${percent(share)} of the `
      + `time, in ${plural(nodes.length, 'operator')}.`,
  };
}

function conversions(graph: OptimizedGraph, times: Times): Loss | undefined {
  const nodes = graph.ofKind('conversion');
  const share = times.of(nodes);
  if (share < audibleShare) return undefined;
  const count = (opType: string): string[] => {
    const of = nodes.filter((node) => node.opType === opType).length;
    return of === 0 ? [] : [`${of} ${opType}`];
  };
  const counts = [...count('QuantizeLinear'), ...count('DequantizeLinear'), ...count('DynamicQuantizeLinear')];
  return {
    share,
    sentence: `Conversions between float and integers that stayed (${counts.join(', ')}) take ${percent(share)} of the `
      + 'time.',
  };
}

/** Those that no node of the model was made into. */
function insertedTransposes({ nodes }: NodeProfile): readonly NodeTime[] {
  return nodes.filter(({ opType, origin }) => opType === 'Transpose' && origin === undefined);
}

function layoutChanges(graph: OptimizedGraph, profile: NodeProfile, times: Times): Loss | undefined {
  const inserted = insertedTransposes(profile);
  const reorders = graph.ofKind('reorder');
  const share = times.of(reorders) + inserted.reduce((sum, node) => sum + node.share, 0);
  if (share < audibleShare) return undefined;
  return {
    share,
    sentence: `Changes of memory layout that onnxruntime put in (${plural(reorders.length + inserted.length, 'node')}) `
      + `take ${percent(share)} of the time.`,
  };
}

/** Layers whose integer kernel takes longer than the float one did, in the same run. */
function slowerLayers(profile: NodeProfile, float: NodeProfile): Loss | undefined {
  const before = byOrigin(float.nodes);
  const slower = [...byOrigin(profile.nodes)].flatMap(([name, { us, integer }]) => {
    const floatUs = before.get(name)?.us;
    return integer && floatUs !== undefined && us > floatUs * slowerBy ? [{ name, us, floatUs }] : [];
  }).sort((a, b) => (b.us - b.floatUs) - (a.us - a.floatUs));
  const lostUs = slower.reduce((sum, { us, floatUs }) => sum + us - floatUs, 0);
  const share = lostUs / profile.totalUs;
  if (share < audibleShare) return undefined;
  const named = slower.slice(0, namedLayers)
    .map(({ name, us, floatUs }) => `${name} ${durationInWords(floatUs / 1000)} -> ${durationInWords(us / 1000)}`);
  const more = slower.length > namedLayers ? ` and ${slower.length - namedLayers} more` : '';
  return {
    share,
    sentence: `${plural(slower.length, 'layer')} ${slower.length === 1 ? 'is' : 'are'} slower as integers than in `
      + `float, by ${durationInWords(lostUs / 1000)} in all (${percent(share)} of the time): `
      + `${named.join(', ')}${more}.`,
  };
}

function byOrigin(nodes: readonly NodeTime[]): Map<string, { us: number; integer: boolean }> {
  const times = new Map<string, { us: number; integer: boolean }>();
  for (const { origin, medianUs, opType } of nodes) {
    if (origin === undefined) continue;
    const known = times.get(origin) ?? { us: 0, integer: false };
    times.set(origin, { us: known.us + medianUs, integer: known.integer || quantized.test(opType) });
  }
  return times;
}

function namesOf(nodes: readonly Node[]): string {
  const named = nodes.slice(0, namedLayers).map(({ label, opType }) => `${label} (${opType})`);
  const more = nodes.length > namedLayers ? ` and ${nodes.length - namedLayers} more` : '';
  return `${named.join(', ')}${more}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
