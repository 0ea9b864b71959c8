import { t, tPlural } from '../../protocol/l10n';
import { plural } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { askRuns } from '../state/host';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { Select } from '../ui/select';
import { useAttempt } from '../ui/use-attempt';
import { keyOf, metricTitle, splitsOf } from './points';
import { RunsPlot } from './runs-plot';
import { RunWork } from './run-work';
import { SIZE_NAMES, SIZES } from './sizes';
import { chooseMetric, known, left, loadRuns, metric, metrics, models, points, runs, sizeName, table, timing, unread } from './state'; // prettier-ignore

/** The page with the chart of all checkpoints and runs of the workspace. */
export function RunsApp() {
  const { attempt, notice } = useAttempt('plot-problem');
  const open = (path: string) => askRuns('openCheckpoint', { path });
  const isKnown = known.value !== null;
  return (
    <main class="page titled" data-testid="runs-chart" data-ready={isKnown && left.value === 0}>
      <div class="section-head compare-head">
        <h1>{t('Runs and checkpoints')}</h1>
        <LinkButton onPress={() => void loadRuns()} testId="runs-again">
          {t('Read again')}
        </LinkButton>
      </div>
      <QuestionState asked={runs} stage={t('Reading the runs of the workspace')} testId="runs-problem" />
      {notice}
      {isKnown &&
        (table.all.value.length === 0 && left.value === 0 ? (
          <Nothing />
        ) : (
          <Body onOpen={open} onPoint={(path) => attempt(open(path))} />
        ))}
    </main>
  );
}

const Nothing = () => (
  <p class="plot-empty">{t('There is no run or checkpoint in this workspace yet: prune or train a model first.')}</p>
);

function Body({ onOpen, onPoint }: { onOpen: (path: string) => Promise<unknown>; onPoint: (path: string) => void }) {
  const [size, name] = [SIZES[sizeName.value], metric.value];
  return (
    <>
      <div class="row runs-choices" data-inputs>
        <Select
          label={t('Metric')}
          value={name === null ? '' : keyOf(name)}
          options={metrics.value.map((one) => ({ value: keyOf(one), text: metricTitle(one) }))}
          onSelect={chooseMetric}
          disabled={name === null}
          testId="runs-metric"
        />
        <Select
          label={t('Over')}
          value={sizeName.value}
          options={SIZE_NAMES.map((one) => ({ value: one, text: SIZES[one].words }))}
          onSelect={(one) => (sizeName.value = one)}
          testId="runs-size"
        />
        <Button
          icon="play"
          disabled={timing.running.value !== null || left.value > 0}
          onPress={() => void timing.ask()}
          testId="runs-latency"
        >
          {t('Measure Latency')}
        </Button>
      </div>
      <QuestionState asked={timing} stage={t('Starting an engine')} testId="runs-latency-problem" />
      {name !== null && points.value.length > 0 ? (
        <RunsPlot points={points.value} metric={name} size={size} onOpen={onPoint} />
      ) : (
        <p class="plot-empty">
          {name === null
            ? t('No checkpoint here has a measured metric: evaluate within a recipe first.')
            : t('No checkpoint has both {0} and {1}.', metricTitle(name), size.words)}
        </p>
      )}
      <p class="small quiet" role="status">
        {summary()}
      </p>
      <RunWork table={table} label={t('Runs and checkpoints')} onOpen={onOpen} />
    </>
  );
}

/** How many checkpoints there are, and why some are not drawn. */
function summary(): string {
  const on = splitsOf(points.value);
  const without = models.value.length - points.value.length;
  return [
    t('{0} drawn. Filled: none is as small and better.', plural(points.value.length, 'checkpoint')),
    ...(on.length > 1 ? [t('Not all were measured on the same examples: each shape and line is for those of one split.')] : []), // prettier-ignore
    ...(without > 0 ? [tPlural(without, '{0} checkpoint without these figures is in the table only.', '{0} checkpoints without these figures are in the table only.', without)] : []), // prettier-ignore
    ...(left.value > 0 ? [t('Reading {0}\u2026', plural(left.value, 'more checkpoint'))] : []),
    ...(unread.value > 0 ? [tPlural(unread.value, '{0} checkpoint could not be read: open it to see why.', '{0} checkpoints could not be read: open them to see why.', unread.value)] : []), // prettier-ignore
  ].join(' ');
}
