/** Lathe's own operators, which exist in models only while they are trained (`train/gradients/rules`). */

import type { Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

export const latheRules: Rules = { FakeQuantize: sameAsInput };
