/** Writes a run's report, in both forms. */

import type { RunResult } from '../../../../protocol/results/run.ts';
import type { Changes } from '../../../../protocol/results/comparison.ts';
import { basename, extname } from 'node:path';
import type { RunPaths } from '../paths.ts';
import { writeText } from '../write-text.ts';
import type { ReportContent } from './content.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';

export interface ReportParts {
  readonly paths: RunPaths;
  readonly recipeText: string;
  readonly command: string;
  readonly latencySamplesMs?: NonNullable<ReportContent['latencySamplesMs']>;
  readonly changes?: Changes;
}

export function writeReport(result: RunResult, { paths, changes, ...parts }: ReportParts): void {
  const content: ReportContent = {
    result,
    title: basename(paths.model, extname(paths.model)),
    recipeText: parts.recipeText,
    command: parts.command,
    date: new Date().toISOString(),
    ...(parts.latencySamplesMs && { latencySamplesMs: parts.latencySamplesMs }),
    classes: changes?.classes ?? [],
    worse: changes?.worse ?? [],
    ...(changes?.changed && { changed: changes.changed }),
  };
  writeText(paths.reportHtml, htmlReport(content));
  writeText(paths.reportMarkdown, markdownReport(content));
}
