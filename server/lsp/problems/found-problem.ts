/** A problem before it has its place in the text view. */

import type { ModelProblem } from '../../../protocol/problems.ts';
import type { TargetProblemCode } from '../../engine/targets/problem.ts';
import type { ModelProblemCode } from './codes.ts';

export type FoundProblem = Omit<ModelProblem, 'line' | 'code' | 'fixes'> & {
  readonly code: ModelProblemCode | TargetProblemCode;
  readonly fixes?: ModelProblem['fixes'];
};
