/** What every view of this page gets besides its result. */

import type { ResultPageEvent } from '../../protocol/page.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import type { PageLink } from '../ui/page.ts';

export interface ShownResult<Result> {
  readonly link: PageLink<ResultPageEvent>;
  readonly record: RunRecord;
  readonly result: Result;
  /** The tab that was open when the page was last seen, counted from 0, and what is told of the next one. */
  readonly tab: number;
  readonly onTab: (tab: number) => void;
}
