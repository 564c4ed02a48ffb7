/** Everything that is needed to get the same figures again. */

import type { RunResult } from '../../../protocol/results/run.ts';
import type { RunRecord } from '../../../protocol/runs.ts';
import { element, type Child } from '../../ui/dom.ts';
import { dateTime, durationInWords, isShare, metricInWords } from '../../ui/format.ts';
import { facts, plainTable, section } from '../../ui/parts.ts';
import { machineFacts } from '../machine.ts';

export function methodPanel(record: RunRecord, result: RunResult): Child {
  const { data, steps, result: { metric } } = result;
  const ended = record.endedAt === undefined ? '' : `, ended ${dateTime(record.endedAt)}`;
  return [
    section('Steps of the recipe', plainTable(
      'In the order in which they were carried out.',
      [{ title: 'Step' }, { title: 'Took', numeric: true }, { title: metric?.name ?? 'Metric', numeric: true },
        { title: 'Kept' }],
      steps.map(({ name, durationMs, value, kept, reason }) => [
        name,
        durationInWords(durationMs),
        metric && value !== undefined ? metricInWords(metric.name, value) : '',
        kept ? 'yes' : `no: ${reason ?? 'undone'}`,
      ]),
    )),
    section('Data and intervals', facts([
      ['Calibration', data.calibration?.description],
      ['Evaluation', data.evaluation?.description],
      ['Metric', metric && (isShare(metric.name) ? '95 % interval of a share, by Wilson' : '95 % interval by bootstrap '
        + 'over the samples')],
      ['Drop', result.drop && 'both models on the same samples; the interval is that of pairs'],
      ['Latency', result.latencyRatio && 'both models in processes of their own, in turns; the ratio is that of '
        + 'the fastest run of each round, its interval by bootstrap, widened by what processes differ'],
      ['SQNR', 'of each layer\'s output on the calibration data, against the same layer in float'],
    ])),
    section('Machine and settings', facts([
      ...machineFacts(result.machine),
      ['Target', result.target],
      ['Threads', String(result.threads)],
      ['Seed', String(result.seed)],
      ['Took', `${durationInWords(result.durationMs)}${ended}`],
    ])),
    section('Files', facts([
      ['Original', element('code', {}, result.model)],
      ['Result', element('code', {}, result.output)],
      ['Recipe', element('code', {}, result.recipe)],
      ['Report', element('code', {}, result.report)],
      ['Again', element('code', {}, `lathe run ${result.recipe}`)],
    ])),
    element('p', { class: 'hint' }, 'The same recipe, data and seed give the same model; latencies differ a little '
      + 'from run to run.'),
  ];
}
