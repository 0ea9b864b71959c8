import { computed, signal } from '@preact/signals';
import type { MetricOf } from '../../protocol/metric';
import type { ChartedModel, FoundRuns } from '../../protocol/runs-page';
import { question } from '../question/question';
import { followNews } from '../state/follow-news';
import { askRuns } from '../state/host';
import { otherCheckpoints } from './other-checkpoints';
import { keyOf, metricsOfAll, pointsOf } from './points';
import { rowOfModel, rowOfRun } from './rows';
import { SIZES, type SizeName } from './sizes';
import { runTable } from './table';

/** The runs of the workspace, and the paths of other checkpoints; null: not known yet. */
export const known = signal<FoundRuns | null>(null);

/** Reads them, as a person asked. */
export const runs = question(async (asking) => (known.value = await askRuns('runs', {}, { signal: asking.signal })));

/** Checkpoints that no run wrote. */
const others = otherCheckpoints(
  computed(() => known.value?.others ?? []),
  (path, stop) => askRuns('checkpoint', { path }, { signal: stop }),
);
export const { left, unread } = others;

/** Milliseconds of a forward pass by path; null where a model cannot run. */
export const latencies = signal<ReadonlyMap<string, number | null>>(new Map());
export const timing = question(async (asking) => {
  const paths = models.value.map(({ path }) => path);
  const found = await askRuns('latencies', { paths }, asking);
  latencies.value = new Map(found.map(({ path, milliseconds }) => [path, milliseconds]));
  return found;
});

export const sizeName = signal<SizeName>('packed');
const chosenMetric = signal<string | null>(null);

const rows = computed(() => [...(known.value?.runs ?? []).map(rowOfRun), ...others.models.value.map(rowOfModel)]);
export const models = computed(() => rows.value.flatMap(({ model }) => model ?? []));
export const metrics = computed(() => metricsOfAll(models.value));
/** The metric of the drawing; null where nothing was measured. */
export const metric = computed<MetricOf | null>(
  () => metrics.value.find((one) => keyOf(one) === chosenMetric.value) ?? metrics.value[0] ?? null,
);
export const chooseMetric = (key: string): void => {
  chosenMetric.value = key;
};

export const sizeOf = (model: ChartedModel, name: SizeName): number | null =>
  SIZES[name].of(model, latencies.value.get(model.path) ?? null);

export const points = computed(() =>
  metric.value === null ? [] : pointsOf(models.value, metric.value, (model) => sizeOf(model, sizeName.value)),
);

/** The table of all rows. */
export const table = runTable(
  rows,
  computed(() => ({ metric: metric.value, latencies: latencies.value })),
);

/** Reads the runs, and then the other checkpoints one after the other. */
export async function loadRuns(): Promise<void> {
  await runs.ask();
  if (runs.problem.peek() === null) await others.readAgain();
}

/** Reads the runs again after news of them, and those other checkpoints that are new. */
export const renewRuns = followNews(async () => {
  if (!known.peek()) return;
  try {
    known.value = await askRuns('runs', {});
  } catch {
    // The page shows what it knows; the person can read again.
    return;
  }
  void others.read();
});
