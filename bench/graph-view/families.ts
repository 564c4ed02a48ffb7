/**
 * Three families of networks, each of any number of nodes: `tf`, a transformer encoder; `llm`, a decoder whose mask and
 * rotary tables feed every block; `cnn`, a U-Net of residual, squeeze-and-excitation and inception blocks.
 */

import { Network } from './network.ts';

const hidden = 16;

type Family = (blocks: number, name: string) => Network;

const families: Readonly<Record<string, Family>> = { tf: transformer, llm: decoder, cnn: unet };

/** What the results in bench/RESULTS.md are of. */
export const benchmarkNames = [
  'tf-1000', 'tf-5000', 'tf-20000', 'llm-1000', 'llm-5000', 'llm-10000', 'llm-20000', 'cnn-20000',
] as const;

/** "llm-5000": the family and about how many operators. */
export function networkNamed(name: string): Network {
  const [family, size] = name.split('-');
  const make = families[family!];
  const wanted = Number(size);
  if (!make || !(wanted > 0)) throw new RangeError(`"${name}" names no network: tf-1000, llm-1000 and cnn-1000 do.`);
  const of = (blocks: number): number => make(blocks, name).operators.length;
  const perBlock = (of(8) - of(4)) / 4;
  return make(Math.max(1, Math.round((wanted - of(4)) / perBlock + 4)), name);
}

function transformer(blocks: number, name: string): Network {
  const net = new Network(name);
  const linear = (scope: string, weight: string, x: string, [from, to]: readonly [number, number]): string => {
    const product = net.add('MatMul', scope, [x, net.weight(`${weight}.weight`, [from, to])]);
    return net.add('Add', scope, [product, net.weight(`${weight}.bias`, [to])]);
  };
  const norm = (scope: string, weight: string, x: string): string => net.add(
    'LayerNormalization', scope, [x, net.weight(`${weight}.weight`, [hidden]), net.weight(`${weight}.bias`, [hidden])],
    { axis: -1 },
  );
  const ids = net.input('input_ids', [1, 'seq'], 'int64');
  let x = net.add('Gather', '/embeddings', [net.weight('embeddings.word.weight', [64, hidden]), ids]);
  x = net.add('Add', '/embeddings', [x, net.weight('embeddings.position.weight', [1, 1, hidden])]);
  x = norm('/embeddings', 'embeddings.norm', x);
  for (let b = 0; b < blocks; b++) {
    const scope = `/encoder/layer.${b}`;
    const weight = `encoder.layer.${b}`;
    const attention = `${scope}/attention/self`;
    const normed = norm(`${scope}/norm1`, `${weight}.norm1`, x);
    const heads = (['query', 'key', 'value'] as const).map((part) => {
      const y = linear(`${attention}/${part}`, `${weight}.${part}`, normed, [hidden, hidden]);
      const split = net.add('Reshape', attention, [y, net.integers(`${weight}.split`, [1, -1, 4, 4])]);
      return net.add('Transpose', attention, [split], { perm: part === 'key' ? [0, 2, 3, 1] : [0, 2, 1, 3] });
    });
    let scores = net.add('MatMul', attention, [heads[0]!, heads[1]!]);
    scores = net.add('Div', attention, [scores, net.scalar(`${weight}.scale`, 2)]);
    scores = net.add('Softmax', attention, [scores], { axis: -1 });
    let y = net.add('MatMul', attention, [scores, heads[2]!]);
    y = net.add('Transpose', attention, [y], { perm: [0, 2, 1, 3] });
    y = net.add('Reshape', attention, [y, net.integers(`${weight}.join`, [1, -1, hidden])]);
    y = linear(`${scope}/attention/output`, `${weight}.output`, y, [hidden, hidden]);
    const sum = net.add('Add', scope, [y, x]);
    const mlp = `${scope}/mlp`;
    const wide = linear(mlp, `${weight}.fc1`, norm(`${scope}/norm2`, `${weight}.norm2`, sum), [hidden, 4 * hidden]);
    const gelu = `${mlp}/act`;
    let active = net.add('Div', gelu, [wide, net.scalar(`${weight}.sqrt2`, Math.SQRT2)]);
    active = net.add('Erf', gelu, [active]);
    active = net.add('Add', gelu, [active, net.scalar(`${weight}.one`, 1)]);
    active = net.add('Mul', gelu, [wide, active]);
    active = net.add('Mul', gelu, [active, net.scalar(`${weight}.half`, 0.5)]);
    x = net.add('Add', scope, [linear(mlp, `${weight}.fc2`, active, [4 * hidden, hidden]), sum]);
  }
  net.add('MatMul', '/head', [norm('/head', 'head.norm', x), net.weight('lm.weight', [hidden, 64])], {}, 'logits');
  net.output('logits', [1, 'seq', 64]);
  return net;
}

function unet(blocks: number, name: string): Network {
  const net = new Network(name);
  const channels = 8;
  let convolutions = 0;
  const conv = (scope: string, x: string, from: number, to: number, size = 3, relu = true): string => {
    const id = `conv${convolutions++}`;
    const pad = size >> 1;
    const y = net.add(
      'Conv', scope, [x, net.weight(`${id}.weight`, [to, from, size, size]), net.weight(`${id}.bias`, [to])],
      { kernel_shape: [size, size], pads: [pad, pad, pad, pad] },
    );
    return relu ? net.add('Relu', scope, [y]) : y;
  };
  const inception = (scope: string, x: string): string => {
    const narrow = (branch: string, y = x, from = channels): string => conv(`${scope}/${branch}`, y, from, 2, 1);
    const wide = (branch: string, y: string): string => conv(`${scope}/${branch}`, y, 2, 2);
    const pooled = net.add('MaxPool', `${scope}/b3`, [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    const twice = wide('b2', wide('b2', narrow('b2')));
    const branches = [narrow('b0'), wide('b1', narrow('b1')), twice, narrow('b3', pooled)];
    return net.add('Concat', scope, branches, { axis: 1 });
  };
  const residual = (scope: string, x: string, squeeze: boolean): string => {
    let y = conv(scope, conv(scope, x, channels, channels, 1), channels, channels);
    y = conv(scope, y, channels, channels, 1, false);
    if (squeeze) {
      let s = net.add('GlobalAveragePool', `${scope}/se`, [y]);
      s = conv(`${scope}/se`, conv(`${scope}/se`, s, channels, 2, 1), 2, channels, 1, false);
      y = net.add('Mul', `${scope}/se`, [y, net.add('Sigmoid', `${scope}/se`, [s])]);
    }
    return net.add('Relu', scope, [net.add('Add', scope, [y, x])]);
  };
  let made = 0;
  const block = (scope: string, x: string): string => {
    const number = made++;
    return number % 4 === 3 ? inception(scope, x) : residual(scope, x, number % 4 === 1);
  };
  const stages = Math.max(2, Math.min(12, Math.round(Math.sqrt(blocks))));
  const down = Math.ceil(blocks / 2);
  const inStage = (all: number, s: number): number => Math.floor(all * (s + 1) / stages) - Math.floor(all * s / stages);
  let x = conv('/stem', net.input('images', [1, 3, 64, 64]), 3, channels);
  const skips: string[] = [];
  for (let s = 0; s < stages; s++) {
    for (let b = 0; b < inStage(down, s); b++) x = block(`/encoder/stage${s}/block${b}`, x);
    skips.push(x);
  }
  for (let s = stages - 1; s >= 0; s--) {
    const scope = `/decoder/stage${s}`;
    x = conv(scope, net.add('Concat', scope, [x, skips[s]!], { axis: 1 }), 2 * channels, channels, 1);
    for (let b = 0; b < inStage(blocks - down, s); b++) x = block(`${scope}/block${b}`, x);
  }
  const head = [x, net.weight('head.weight', [2, channels, 1, 1]), net.weight('head.bias', [2])];
  net.add('Conv', '/head', head, { kernel_shape: [1, 1] }, 'output');
  net.output('output', [1, 2, 64, 64]);
  return net;
}

function decoder(blocks: number, name: string): Network {
  const net = new Network(name);
  const axes = (...values: number[]): string => net.integers(`axes${values.join('_')}`, values);
  const ids = net.input('input_ids', ['batch', 'seq'], 'int64');
  const attentionMask = net.input('attention_mask', ['batch', 'total'], 'int64');
  const positions = net.input('position_ids', ['batch', 'seq'], 'int64');
  let x = net.add('Gather', '/model/embed_tokens', [net.weight('embed.weight', [64, hidden]), ids]);

  const rotary = '/model/rotary';
  const position = net.add('Cast', rotary, [net.add('Unsqueeze', rotary, [positions, axes(1)])], { to: 1 });
  let angle = net.add('MatMul', rotary, [net.weight('inv_freq', [1, 2, 1]), position]);
  angle = net.add('Transpose', rotary, [angle], { perm: [0, 2, 1] });
  angle = net.add('Concat', rotary, [angle, angle], { axis: -1 });
  const cos = net.add('Unsqueeze', rotary, [net.add('Cos', rotary, [angle]), axes(1)]);
  const sin = net.add('Unsqueeze', rotary, [net.add('Sin', rotary, [angle]), axes(1)]);
  let mask = net.add('Unsqueeze', '/model/mask', [attentionMask, axes(1, 2)]);
  mask = net.add('Cast', '/model/mask', [mask], { to: 1 });
  mask = net.add('Sub', '/model/mask', [net.scalar('one', 1), mask]);
  mask = net.add('Mul', '/model/mask', [mask, net.scalar('minus_infinity', -1e9)]);

  for (let b = 0; b < blocks; b++) x = decoderBlock(net, b, x, { cos, sin, mask, axes });
  x = rmsNorm(net, '/model/norm', 'model.norm', x);
  net.add('MatMul', '/lm_head', [x, net.weight('lm_head.weight', [hidden, 64])], {}, 'logits');
  net.output('logits', ['batch', 'seq', 64]);
  return net;
}

function rmsNorm(net: Network, scope: string, weight: string, x: string): string {
  const wide = net.add('Cast', scope, [x], { to: 1 });
  let y = net.add('Pow', scope, [wide, net.scalar('two', 2)]);
  y = net.add('ReduceMean', scope, [y], { axes: [-1], keepdims: 1 });
  y = net.add('Sqrt', scope, [net.add('Add', scope, [y, net.scalar('epsilon', 1e-6)])]);
  y = net.add('Mul', scope, [wide, net.add('Div', scope, [net.scalar('one', 1), y])]);
  return net.add('Mul', scope, [net.weight(`${weight}.weight`, [hidden]), net.add('Cast', scope, [y], { to: 1 })]);
}

interface Shared {
  readonly cos: string;
  readonly sin: string;
  readonly mask: string;
  readonly axes: (...values: number[]) => string;
}

function decoderBlock(net: Network, block: number, x: string, { cos, sin, mask, axes }: Shared): string {
  const scope = `/model/layers.${block}`;
  const weight = `model.layers.${block}`;
  const attention = `${scope}/self_attn`;
  const past = (['key', 'value'] as const).map(
    (part) => net.input(`past_key_values.${block}.${part}`, ['batch', 2, 'past', 4]),
  );
  const normed = rmsNorm(net, `${scope}/input_layernorm`, `${weight}.input_layernorm`, x);
  const length = (axis: number): string => {
    const shape = net.add('Shape', attention, [normed]);
    const one = net.add('Gather', attention, [shape, net.integer(`index${axis}`, axis)], { axis: 0 });
    return net.add('Unsqueeze', attention, [one, axes(0)]);
  };
  const [batch, sequence] = [length(0), length(1)];
  const project = (part: 'q' | 'k' | 'v'): string => {
    const heads = part === 'q' ? 4 : 2;
    const size = net.weight(`${weight}.${part}_proj.weight`, [hidden, 4 * heads]);
    const y = net.add('MatMul', `${attention}/${part}_proj`, [normed, size]);
    const shape = net.add('Concat', attention, [batch, sequence, axes(heads), axes(4)], { axis: 0 });
    return net.add('Transpose', attention, [net.add('Reshape', attention, [y, shape])], { perm: [0, 2, 1, 3] });
  };
  const rotate = (y: string): string => {
    const plain = net.add('Mul', attention, [y, cos]);
    const first = net.add('Slice', attention, [y, axes(0), axes(2), axes(3)]);
    const second = net.add('Slice', attention, [y, axes(2), axes(1000000), axes(3)]);
    const turned = net.add('Concat', attention, [net.add('Neg', attention, [second]), first], { axis: -1 });
    return net.add('Add', attention, [plain, net.add('Mul', attention, [turned, sin])]);
  };
  const [q, k, v] = (['q', 'k', 'v'] as const).map(project) as [string, string, string];
  const [query, key] = [rotate(q), rotate(k)];
  const withPast = ([['key', key], ['value', v]] as const).map(([part, y], i) => {
    net.output(`present.${block}.${part}`, ['batch', 2, 'total', 4]);
    return net.add('Concat', attention, [past[i]!, y], { axis: 2 }, `present.${block}.${part}`);
  });
  const repeat = (y: string): string => {
    const inserted = net.add('Unsqueeze', attention, [y, axes(2)]);
    const total = net.add('Gather', attention, [net.add('Shape', attention, [y]), axes(2)], { axis: 0 });
    const expanded = net.add('Concat', attention, [batch, axes(2), axes(2), total, axes(4)], { axis: 0 });
    const joined = net.add('Concat', attention, [batch, axes(4), total, axes(4)], { axis: 0 });
    return net.add('Reshape', attention, [net.add('Expand', attention, [inserted, expanded]), joined]);
  };
  const [keys, values] = [repeat(withPast[0]!), repeat(withPast[1]!)];
  const transposed = net.add('Transpose', attention, [keys], { perm: [0, 1, 3, 2] });
  let scores = net.add('MatMul', attention, [query, transposed]);
  scores = net.add('Mul', attention, [scores, net.scalar('scale', 0.5)]);
  scores = net.add('Softmax', attention, [net.add('Add', attention, [scores, mask])], { axis: -1 });
  let y = net.add('Transpose', attention, [net.add('MatMul', attention, [scores, values])], { perm: [0, 2, 1, 3] });
  const shape = net.add('Concat', attention, [batch, sequence, axes(hidden)], { axis: 0 });
  y = net.add('Reshape', attention, [y, shape]);
  y = net.add('MatMul', `${attention}/o_proj`, [y, net.weight(`${weight}.o_proj.weight`, [hidden, hidden])]);
  const sum = net.add('Add', scope, [x, y]);

  const normedSum = rmsNorm(net, `${scope}/post_attention_layernorm`, `${weight}.post_attention_layernorm`, sum);
  const mlp = `${scope}/mlp`;
  const gate = net.add('MatMul', `${mlp}/gate_proj`, [normedSum, net.weight(`${weight}.gate.weight`, [hidden, 64])]);
  const active = net.add('Mul', `${mlp}/act_fn`, [gate, net.add('Sigmoid', `${mlp}/act_fn`, [gate])]);
  const up = net.add('MatMul', `${mlp}/up_proj`, [normedSum, net.weight(`${weight}.up.weight`, [hidden, 64])]);
  const product = net.add('Mul', mlp, [active, up]);
  const down = net.add('MatMul', `${mlp}/down_proj`, [product, net.weight(`${weight}.down.weight`, [64, hidden])]);
  return net.add('Add', scope, [sum, down]);
}
