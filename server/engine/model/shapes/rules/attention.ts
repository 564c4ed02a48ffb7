/** Attention and its parts in the standard domain. */

import type { Dim } from '../../types.ts';
import { addDims, compute, multiplyDims, unknownShape } from '../dims.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

/** The parts of a query, key or value [batch, heads, length, size] or [batch, length, heads * size]. */
interface Heads {
  readonly batch: Dim;
  readonly heads: Dim;
  readonly length: Dim;
  readonly size: Dim;
}

function headsOf(n: NodeFacts, input: number, headAttribute: string): Heads {
  const shape = n.shape(input);
  if (shape?.length === 4) return { batch: shape[0]!, heads: shape[1]!, length: shape[2]!, size: shape[3]! };
  const heads = n.node.int(headAttribute) ?? null;
  if (shape?.length !== 3) return { batch: null, heads, length: null, size: null };
  return { batch: shape[0]!, heads, length: shape[1]!, size: compute((h, d) => d / h, heads, shape[2]) };
}

function attention(n: NodeFacts): Outputs {
  const rank = n.shape(0)?.length;
  const query = headsOf(n, 0, 'q_num_heads');
  const key = headsOf(n, 1, 'kv_num_heads');
  const value = headsOf(n, 2, 'kv_num_heads');
  const past = n.has(4) ? n.dim(4, 2) : 0;
  const total = addDims(past, key.length);
  const output =
    rank === 3
      ? [query.batch, query.length, multiplyDims(query.heads, value.size)]
      : rank === 4
        ? [query.batch, query.heads, query.length, value.size]
        : undefined;
  return [
    tensor(n.dtype(0), output),
    tensor(n.dtype(1), [key.batch, key.heads, total, key.size]),
    tensor(n.dtype(2), [value.batch, value.heads, total, value.size]),
    tensor(n.dtype(0), [query.batch, query.heads, query.length, total]),
  ];
}

/** Packed queries, keys and values [batch, length, heads * size]; the state is [batch, heads, keySize, valueSize]. */
function linearAttention(n: NodeFacts): Outputs {
  const queryHeads = n.node.int('q_num_heads') ?? null;
  const heads = n.node.int('kv_num_heads') ?? null;
  const size = (hidden: Dim): Dim => compute((h, d) => d / h, heads, hidden);
  const keySize = size(n.dim(1, -1));
  const valueSize = size(n.dim(2, -1));
  return [
    tensor(n.dtype(0), [n.dim(0, 0), n.dim(0, 1), multiplyDims(queryHeads, valueSize)]),
    tensor(n.has(3) ? n.dtype(3) : 'undefined', [n.dim(0, 0), heads, keySize, valueSize]),
  ];
}

export const attentionRules: Rules = {
  Attention: attention,
  LinearAttention: linearAttention,
  RotaryEmbedding: sameAsInput,
};

/** `ai.onnx.preview` */
export const previewRules: Rules = {
  FlexAttention: (n) => [
    tensor(n.dtype(0), n.shape(0)?.length === 4 ? [...n.shape(0)!.slice(0, 3), n.dim(2, 3)] : unknownShape(4)),
  ],
};
