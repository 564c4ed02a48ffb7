import { attr } from '../../../model/attribute.ts';
import { node } from '../../../../../test/model/build.ts';
import { gradientTests, unkinked } from '../../../../../test/train/gradient-table.ts';

const domain = 'com.microsoft';

gradientTests({
  Gelu: { nodes: [node('Gelu', 'x', 'y')], inputs: { x: unkinked } },
  'Gelu by tanh': { nodes: [node('Gelu', 'x', 'y', { approximate: attr.string('tanh') })], inputs: { x: unkinked } },
  'Gelu of the runtime': { nodes: [node('Gelu', 'x', 'y', {}, { domain })], inputs: { x: unkinked } },
  FastGelu: { nodes: [node('FastGelu', 'x', 'y', {}, { domain })], inputs: { x: unkinked } },
  'FastGelu with bias': { nodes: [node('FastGelu', 'x, b', 'y', {}, { domain })], inputs: { x: unkinked, b: [5] } },
  BiasGelu: { nodes: [node('BiasGelu', 'x, b', 'y', {}, { domain })], inputs: { x: unkinked, b: [5] } },
});
