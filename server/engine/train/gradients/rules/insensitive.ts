/** Operators whose results do not change with small changes of their inputs: nothing flows back through them. */

import { constantRule, type GradientRules } from '../rule.ts';

const operators = [
  // Comparisons and logic
  'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf',
  // Steps
  'Sign', 'Floor', 'Ceil',
  // Shapes and indices
  'Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero', 'NonMaxSuppression', 'EyeLike', 'OneHot',
  // What is made from numbers that describe it
  'Constant', 'ConstantOfShape', 'Range',
  'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Bernoulli', 'Multinomial',
];

export const insensitiveRules: GradientRules = Object.fromEntries(operators.map((name) => [name, constantRule]));
