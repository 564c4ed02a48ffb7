/** The recipe's options and the exceptions for single layers, resolved into one answer for each layer. */

import type { Node } from '../../../model/node.ts';
import type { Target } from '../../../targets/target.ts';
import { compileGlob } from '../../../util/glob.ts';
import type { KeptLayers } from '../candidates.ts';
import type { QuantizeOptions } from '../options.ts';
import type { BlockGrid, WeightBits } from './block-weights.ts';
import type { ApartBits, StorageForm } from './weight-only-options.ts';
import type { WeightLayer } from './weight-layers.ts';

export interface LayerBits {
  readonly bits: WeightBits | 'float';
  /** Why, where it is not what the scheme says. */
  readonly reason?: string;
}

export interface WeightOnlySettings {
  readonly bits: WeightBits;
  readonly storage: StorageForm;
  /** Let kernels of packed weights quantize what they are fed to int8. */
  readonly quantizesInputs: boolean;
  of(layer: WeightLayer): LayerBits;
  grid(layer: WeightLayer, bits: WeightBits): BlockGrid;
}

/** NNCF and onnxruntime take 128, AutoGPTQ 128; at 4 bits 32 costs a quarter of a bit more and errs far less. */
const defaultBlockSize = 32;
/** Codes of 8 bits are so fine that a scale for more of them, without zero points, is enough. */
const wideBlockSize = 256;

const schemeBits: Partial<Record<QuantizeOptions['scheme'], WeightBits>> = { int8: 8, int4: 4, int3: 3, int2: 2 };

/** Whether the options ask for few-bit weights and nothing else. */
export function isWeightOnly({ scheme, activations, aware }: QuantizeOptions): boolean {
  if (scheme === 'int8') return activations === 'float';
  if (scheme === 'int4') return !aware && (activations ?? 'float') === 'float';
  return scheme === 'int3' || scheme === 'int2';
}

/** @param kept layers that the accuracy search makes wider: `weights` is 8 bits here */
export function weightOnlySettings(
  options: QuantizeOptions,
  target: Target,
  kept: KeptLayers = new Map(),
): WeightOnlySettings {
  const bits = schemeBits[options.scheme] ?? 8;
  const rules = options.layers.map((rule) => ({ rule, matches: compileGlob(rule.match) }));
  const ruleOf = (node: Node): QuantizeOptions['layers'][number] | undefined =>
    rules.findLast(({ matches }) => matches(node.label))?.rule;
  const asked = ({ node, part }: WeightLayer): LayerBits => {
    if (options.opTypes && !options.opTypes.includes(node.opType)) {
      return { bits: 'float', reason: `the recipe quantizes only ${options.opTypes.join(', ')}` };
    }
    const rule = ruleOf(node);
    if (rule?.keep === 'float') return { bits: 'float', reason: 'the recipe keeps it float' };
    if (rule?.bits !== undefined) return { bits: rule.bits, reason: `the recipe gives it ${rule.bits} bits` };
    if (part === 'embedding') return apart(options.embeddings, bits, 'a lookup table');
    if (part === 'head') return apart(options.head, bits, 'the last matrix');
    if (part === 'depthwise' && bits < 8) return { bits: 8, reason: 'depthwise: few weights, each of which counts' };
    return { bits };
  };
  const packs = target.provider === 'CPUExecutionProvider' || target.provider === 'CUDAExecutionProvider';
  return {
    bits,
    storage: options.storage === 'auto' && !packs ? 'unpacked' : options.storage,
    quantizesInputs: options.activations !== undefined && options.activations !== 'float',
    of: (layer) => {
      const wanted = asked(layer);
      const wider = kept.get(layer.node.label);
      if (!wider || wanted.bits === 'float') return wanted;
      if (wider.mode === 'float') return { bits: 'float', reason: wider.reason };
      return { bits: 8, reason: wider.reason };
    },
    grid: (layer, layerBits) => gridOf(layer, layerBits, options),
  };
}

function apart(how: ApartBits, bits: WeightBits, what: string): LayerBits {
  if (how === 'same' || (how === 'int8' && bits === 8)) return { bits };
  return how === 'float' ? { bits: 'float', reason: `${what} stays float` } : { bits: 8, reason: what };
}

/** Kernels of packed weights want powers of two from 16 on; what is unpacked wants whole bytes. */
function gridOf(layer: WeightLayer, bits: WeightBits, options: QuantizeOptions): BlockGrid {
  const asked = options.blockSize ?? (bits === 8 ? wideBlockSize : defaultBlockSize);
  const zeroPoints = options.zeroPoints && bits < 8;
  if (!layer.product && !layer.node.is('Gather')) {
    return { bits, blockSize: Math.min(asked, Math.ceil(layer.columns / 8) * 8), zeroPoints };
  }
  let blockSize = 16;
  while (blockSize < Math.min(asked, layer.columns)) blockSize *= 2;
  return { bits, blockSize, zeroPoints };
}
