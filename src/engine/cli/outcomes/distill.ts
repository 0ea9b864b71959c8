import { comparisonWords, winnerWords } from '../../../protocol/distillation';
import { reportedMetrics } from '../../../protocol/epoch';
import { mainMetric, mainText } from '../../../protocol/metric';
import type { StepPlan } from '../../../protocol/plan';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { measuredLines, metricsDocument, totalsOf } from '../plan';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import { metricLine } from './metric-line';
import type { Outcome } from './outcome';
import { sizesText, totalsText } from './remove';
import { totalsTable } from './totals';
import { epochsTable } from './train';

function distilled({ steps }: RunResult) {
  const step = steps.find((candidate) => candidate.step === 'distill');
  if (!step) throw new Error('the run did not distill');
  return step;
}

function documentOf(result: RunResult) {
  const { out, before, after, metrics, accuracy, sampleData, normalization } = result;
  const { epochs, best, chosen, trainings, comparison, student, teacher } = distilled(result);
  const trained = { student, teacher, epochs, best, chosen, trainings, comparison };
  return { out, ...trained, totals: { before, after }, metrics, accuracy, sampleData, normalization };
}

function textOf(result: RunResult): string {
  const { epochs, best, comparison } = distilled(result);
  return [
    epochsTable(epochs, best),
    '',
    ...trainingsTable(result),
    ...(comparison
      ? [comparisonWords(comparison), winnerWords(comparison)]
      : ['The student was not trained without a teacher, so whether that helped is unknown.']),
    '',
    totalsTable(result),
    '',
    metricLine(result),
    ...keptLines(result),
    ...measuringNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}`,
  ].join('\n');
}

/** Formats the trainings, one row each, with the one marked that was kept. */
function trainingsTable(result: RunResult): string[] {
  const { trainings, chosen, best } = distilled(result);
  if (trainings.length < 2) return [];
  const right = true;
  const { words } = mainMetric(best.validation);
  return [
    table(
      [
        { heading: 'training' },
        { heading: 'seed', right },
        { heading: 'best epoch', right },
        { heading: `validation ${words}`, right },
        { heading: best.test ? `test ${words}` : '', right },
      ],
      trainings.map(({ taught, seed, best: record }, index) => [
        `${taught ? 'with teacher' : 'without'}${index === chosen ? ' *' : ''}`,
        ...[String(seed), String(record.epoch), mainText(record.validation)],
        record.test ? mainText(reportedMetrics(record)) : '',
      ]),
    ),
    '* kept: the best with a teacher on validation examples',
  ];
}

/** Formats the plan of a distillation as one document. */
export function planDocument(plan: StepPlan) {
  const { counts, noAccuracy, notes } = plan;
  return {
    ...{ dryRun: true, layers: counts.layers, totals: totalsOf(plan), ...metricsDocument(plan) },
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** Formats the same as text. */
export function planText(plan: StepPlan): string {
  const { before, after } = totalsOf(plan);
  return [
    sizesText(plan.counts.layers),
    '',
    totalsText([
      ['teacher', before],
      ['student', after],
    ]),
    '',
    ...measuredLines(plan, 'after distilling'),
  ].join('\n');
}

export const distill: Outcome = { document: documentOf, text: textOf };
