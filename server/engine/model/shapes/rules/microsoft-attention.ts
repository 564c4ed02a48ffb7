/** Attention operators of the `com.microsoft` domain: what onnxruntime fuses transformers to. */

import type { Dim } from '../../types.ts';
import { addDims, bothDims, compute, multiplyDims, unknownShape, type Shape } from '../dims.ts';
import { ranked, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

const divided = (d: Dim, by: Dim): Dim => compute((x, y) => x / y, d, by);

/** Packed past [2, batch, heads, length, size] grown by the new tokens, unless it is a buffer of fixed length. */
function grownPast(n: NodeFacts, past: number, hidden: Dim): Shape | undefined {
  if (n.node.int('past_present_share_buffer', 0) !== 0) return n.shape(past) ?? unknownShape(5);
  const heads = n.node.int('num_heads') ?? null;
  const total = n.has(past) ? addDims(n.dim(past, 3), n.dim(0, 1)) : n.dim(0, 1);
  return [2, n.dim(0, 0), heads, total, divided(hidden, heads)];
}

/** One projection makes queries, keys and values side by side: their widths are equal unless an attribute says. */
function attention(n: NodeFacts): Outputs {
  const widths = n.node.ints('qkv_hidden_sizes');
  const third = divided(bothDims(n.dim(1, 1), n.dim(2, 0)), 3);
  const [key, value] = widths?.length === 3 ? [widths[1]!, widths[2]!] : [third, third];
  return [
    tensor(n.dtype(0), [n.dim(0, 0), n.dim(0, 1), value]),
    tensor(n.dtype(0), key === value ? grownPast(n, 4, value) : unknownShape(5)),
  ];
}

function quantizedAttention(n: NodeFacts): Outputs {
  const hidden = divided(n.dim(1, 1), 3);
  return [tensor(n.dtype(3), [n.dim(0, 0), n.dim(0, 1), hidden]), tensor(n.dtype(3), grownPast(n, 8, hidden))];
}

/** Width of all values together: of [batch, length, hidden], [batch, heads, length, size] or a packed query or key. */
function valueWidth(n: NodeFacts): Dim {
  const value = n.shape(2);
  if (value?.length === 3) return value[2]!;
  if (value?.length === 4) return multiplyDims(value[1]!, value[3]!);
  if (n.has(2)) return null;
  const packed = n.has(1) ? n.shape(1) : n.shape(0);
  return packed?.length === 5 ? multiplyDims(packed[2]!, packed[4]!) : null;
}

function multiHeadAttention(n: NodeFacts): Outputs {
  const dtype = n.dtype(0);
  const present = ranked(dtype, 4);
  return [tensor(dtype, [n.dim(0, 0), n.dim(0, 1), valueWidth(n)]), present, present, present];
}

/** Queries of more heads than keys; without keys all three are packed in the query. */
function groupQueryAttention(n: NodeFacts): Outputs {
  const heads = n.node.int('num_heads') ?? null;
  const groups = n.node.int('kv_num_heads') ?? null;
  const width = n.dim(0, 2);
  const all = n.has(1) ? heads : compute((h, g) => h + 2 * g, heads, groups);
  const size = divided(width, all);
  const cache = n.has(3) ? n.dtype(3) : n.dtype(0);
  const present = tensor(cache, [n.dim(0, 0), groups, null, n.has(3) ? n.dim(3, 3) : size]);
  const hidden = n.has(1) ? width : multiplyDims(heads, size);
  return [tensor(n.dtype(0), [n.dim(0, 0), n.dim(0, 1), hidden]), present, present, ranked(n.dtype(0), 4)];
}

export const microsoftAttentionRules: Rules = {
  Attention: attention,
  DecoderMaskedSelfAttention: attention,
  QAttention: quantizedAttention,
  MultiHeadAttention: multiHeadAttention,
  DecoderMaskedMultiHeadAttention: (n) => [
    tensor(n.dtype(0), [n.dim(0, 0), n.dim(0, 1), n.has(1) ? valueWidth(n) : null]),
    ranked(n.dtype(0), 4),
    ranked(n.dtype(0), 4),
  ],
  GroupQueryAttention: groupQueryAttention,
  SparseAttention: groupQueryAttention,
  LongformerAttention: sameAsInput,
  PackedAttention: (n) => [
    tensor(n.dtype(0), [n.dim(0, 0), n.node.ints('qkv_hidden_sizes')?.[2] ?? divided(n.dim(1, 1), 3)]),
  ],
  PackedMultiHeadAttention: (n) => [tensor(n.dtype(0), [n.dim(0, 0), n.has(2) ? n.dim(2, 1) : null])],
  RotaryEmbedding: sameAsInput,
  MRotaryEmbedding: sameAsInput,
  GemmaRotaryEmbedding: (n) => [tensor(n.dtype(1), n.shape(1)), tensor(n.dtype(1), n.shape(3))],
  RelativePositionBias: (n) => [
    tensor(n.dtype(0), [1, n.dim(0, 1), compute((d) => d, n.scalar(1)), compute((d) => d, n.scalar(2))]),
  ],
  GatedRelativePositionBias: (n) => [ranked(n.dtype(0), 4)],
};
