import { attr } from '../../../model/attribute.ts';
import { ints, node } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';

const dtype = 'float64' as const;
const inputs = { x: [2, 1, 3, 4] };

/** One node with `x` and, after it, what `more` names. */
function one(opType: string, more: string, rest: Partial<GradientCase> = {}, attributes = {}): GradientCase {
  return { nodes: [node(opType, `x${more}`, 'y', attributes)], inputs, dtype, ...rest };
}

gradientTests({
  Reshape: one('Reshape', ', shape', { constants: [ints('shape', 0, -1, 2)] }),
  Flatten: one('Flatten', ''),
  Squeeze: one('Squeeze', ', axes', { constants: [ints('axes', 1)] }),
  Unsqueeze: one('Unsqueeze', ', axes', { constants: [ints('axes', 0, -1)] }),
  Transpose: one('Transpose', '', {}, { perm: attr.ints([2, 0, 3, 1]) }),
  'Transpose backwards': one('Transpose', ''),
  Expand: one('Expand', ', shape', { constants: [ints('shape', 3, 2, 5, 4)], inputs: { x: [2, 1, 4] } }),
  Identity: one('Identity', ''),
  Dropout: one('Dropout', ''),
  Tile: one('Tile', ', repeats', { constants: [ints('repeats', 1, 3, 1, 2)] }),
  'Cast to another float type': one('Cast', '', { dtype: 'float32' }, { to: attr.int(11) }),
});
