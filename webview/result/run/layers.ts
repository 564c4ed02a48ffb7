/** Every layer of the original and what became of it. */

import { actionCounts } from '../../../protocol/results/run-words.ts';
import type { RunResult } from '../../../protocol/results/run.ts';
import { dropdown } from '../../ui/controls.ts';
import type { Child } from '../../ui/dom.ts';
import { layerGrid } from '../../ui/layer-grid.ts';
import { reveal } from '../actions.ts';
import type { ShownResult } from '../shown-result.ts';

const whole = '';

export function layersPanel({ link, result }: ShownResult<RunResult>): Child {
  const counts = actionCounts(result.layers);
  const actions = dropdown('Show layers by action', [
    { value: whole, label: 'All actions' },
    ...counts.map(([action, count]) => ({ value: action, label: `${action} (${count})` })),
  ], whole, (action) => grid.setAccepted(action === whole ? undefined : (layer) => layer.action === action));
  const grid = layerGrid({
    layers: result.layers,
    ...(counts.length > 1 && { tools: actions }),
    onOpen: ({ name }) => reveal(link, result.model, name, 'run-sqnr'),
    openHint: 'Show this layer in the graph',
  });
  return grid.element;
}
