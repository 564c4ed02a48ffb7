import { attr, type Attribute } from '../../../model/attribute.ts';
import { node } from '../../../../../test/model/build.ts';
import { gradientTests, unkinked } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';

function one(opType: string, attributes: Record<string, Attribute> = {}, domain = ''): GradientCase {
  return { nodes: [node(opType, 'x', 'y', attributes, { domain })], inputs: { x: unkinked }, opset: 22 };
}

const alpha = (value: number): Record<string, Attribute> => ({ alpha: attr.float(value) });

gradientTests({
  Sigmoid: { ...one('Sigmoid'), dtype: 'float64' },
  Tanh: { ...one('Tanh'), dtype: 'float64' },
  Softplus: one('Softplus'),
  Softsign: one('Softsign'),
  LeakyRelu: one('LeakyRelu', alpha(0.1)),
  Elu: one('Elu', alpha(0.7)),
  Celu: one('Celu', alpha(1.3)),
  Selu: one('Selu'),
  HardSigmoid: one('HardSigmoid', { alpha: attr.float(0.3), beta: attr.float(0.4) }),
  HardSwish: one('HardSwish'),
  Mish: one('Mish'),
  ThresholdedRelu: one('ThresholdedRelu', alpha(0.5)),
  QuickGelu: one('QuickGelu', {}, 'com.microsoft'),
  'QuickGelu as Silu': one('QuickGelu', alpha(1), 'com.microsoft'),
  PRelu: { nodes: [node('PRelu', 'x, slope', 'y')], inputs: { x: unkinked, slope: [5] } },
});
