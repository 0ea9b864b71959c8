import { useState } from 'preact/hooks';
import { plural } from '../../protocol/format';
import { QuestionState } from '../question/question-state';
import { askRuns } from '../state/host';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { Select } from '../ui/select';
import { keyOf, metricTitle } from './points';
import { RunsPlot } from './runs-plot';
import { RunsTable } from './runs-table';
import { SIZE_NAMES, SIZES } from './sizes';
import { chooseMetric, left, loadRuns, metric, metrics, models, points, runs, sizeName, timing, unread } from './state'; // prettier-ignore

/** The page with the chart of all checkpoints and runs of the workspace. */
export function RunsApp() {
  const [problem, setProblem] = useState<string | null>(null);
  const open = (path: string): void => {
    setProblem(null);
    askRuns('openCheckpoint', { path }).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  const known = runs.answer.value;
  return (
    <main class="page" data-testid="runs-chart" data-ready={known !== null && left.value === 0}>
      <div class="section-head compare-head">
        <h1>Runs and checkpoints</h1>
        <LinkButton onPress={() => void loadRuns()} testId="runs-again">
          Read again
        </LinkButton>
      </div>
      <QuestionState asked={runs} stage="Reading the runs of the workspace" testId="runs-problem" />
      {problem !== null && (
        <Notice kind="error" testId="open-problem">
          {problem}
        </Notice>
      )}
      {known && (models.value.length === 0 && left.value === 0 ? <Nothing /> : <Body onOpen={open} />)}
    </main>
  );
}

const Nothing = () => (
  <p class="plot-empty">There is no run or checkpoint in this workspace yet: prune or train a model first.</p>
);

function Body({ onOpen }: { onOpen: (path: string) => void }) {
  const [size, name] = [SIZES[sizeName.value], metric.value];
  return (
    <>
      <div class="row runs-choices" data-inputs>
        <Select
          label="Metric"
          value={name === null ? '' : keyOf(name)}
          options={metrics.value.map((one) => ({ value: keyOf(one), text: metricTitle(one) }))}
          onSelect={chooseMetric}
          disabled={name === null}
          testId="runs-metric"
        />
        <Select
          label="Over"
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
          Measure Latency
        </Button>
      </div>
      <QuestionState asked={timing} stage="Starting an engine" testId="runs-latency-problem" />
      {name !== null && points.value.length > 0 ? (
        <RunsPlot points={points.value} metric={name} size={size} onOpen={onOpen} />
      ) : (
        <p class="plot-empty">
          {name === null
            ? 'No checkpoint here has a measured metric: evaluate within a recipe first.'
            : `No checkpoint has both ${metricTitle(name)} and ${size.words}.`}
        </p>
      )}
      <p class="small quiet" role="status">
        {summary()}
      </p>
      <h2 id="runs-table-title">All figures</h2>
      <RunsTable onOpen={onOpen} />
    </>
  );
}

/** How many checkpoints there are, and why some are not drawn. */
function summary(): string {
  const on = new Set(points.value.map(({ model }) => `${model.split} ${model.sampleData}`));
  const without = models.value.length - points.value.length;
  return [
    `${plural(points.value.length, 'checkpoint')} drawn. Filled: none is as small and better.`,
    ...(on.size > 1 ? ['Not all were measured on the same examples: each point says its own.'] : []),
    ...(without > 0 ? [`${plural(without, 'checkpoint')} without these figures ${without === 1 ? 'is' : 'are'} in the table only.`] : []), // prettier-ignore
    ...(left.value > 0 ? [`Reading ${plural(left.value, 'more checkpoint')}\u2026`] : []),
    ...(unread.value > 0 ? [`${plural(unread.value, 'checkpoint')} could not be read: open ${unread.value === 1 ? 'it' : 'them'} to see why.`] : []), // prettier-ignore
  ].join(' ');
}
