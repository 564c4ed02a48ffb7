import { node } from '../../../../../test/model/build.ts';
import { gradientTests, positive, unkinked } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase, Numbers } from '../../../../../test/train/finite-differences.ts';

const one = (opType: string, x: Numbers, dtype: 'float32' | 'float64' = 'float64'): [string, GradientCase] => [
  opType,
  { nodes: [node(opType, 'x', 'y')], inputs: { x }, dtype },
];

gradientTests({
  ...Object.fromEntries(['Neg', 'Abs', 'Exp', 'Sin', 'Cos', 'Reciprocal'].map((opType) => one(opType, unkinked))),
  ...Object.fromEntries(['Log', 'Sqrt'].map((opType) => one(opType, positive))),
  ...Object.fromEntries(['Erf', 'Sinh', 'Cosh', 'Atan', 'Tan'].map((opType) => one(opType, unkinked, 'float32'))),
});
