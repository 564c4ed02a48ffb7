/** RNN, GRU, LSTM. */

import type { Dim } from '../../types.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

/** [sequence, directions, batch, hidden] of all states, [directions, batch, hidden] of the last; `layout` 1 swaps. */
export function recurrent(n: NodeFacts): Outputs {
  const batchFirst = n.node.int('layout', 0) !== 0;
  const [first, second] = [n.dim(0, 0), n.dim(0, 1)];
  const [sequence, batch] = batchFirst ? [second, first] : [first, second];
  const directions: Dim = n.node.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  // Recurrent weights are [directions, gates * hidden, hidden].
  const hidden = n.node.int('hidden_size') ?? n.dim(2, -1);
  const dtype = n.anyDtype(0, 1, 2);
  const all: Dim[] = batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden];
  const last: Dim[] = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [tensor(dtype, all), tensor(dtype, last), tensor(dtype, last)];
}

export const recurrentRules: Rules = { RNN: recurrent, GRU: recurrent, LSTM: recurrent };
