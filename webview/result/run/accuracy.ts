/** Where the metric was lost: by class and by sample. */

import type { Changes } from '../../../protocol/results/comparison.ts';
import type { RunResult } from '../../../protocol/results/run.ts';
import { classSection, sampleSection } from '../../ui/change-sections.ts';
import type { Child } from '../../ui/dom.ts';

export function accuracyPanel({ result: { metric } }: RunResult, changes: Changes): Child {
  return [metric && classSection(changes.classes, metric.name), sampleSection(changes)];
}
