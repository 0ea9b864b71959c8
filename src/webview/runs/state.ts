import { computed, signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import type { MetricOf } from '../../protocol/metric';
import type { ChartedModel } from '../../protocol/runs-page';
import { question } from '../question/question';
import { askRuns } from '../state/host';
import { keyOf, metricsOfAll, pointsOf } from './points';
import { rowOfModel, rowOfRun } from './rows';
import { SIZES, type SizeName } from './sizes';
import { runTable } from './table';

/** The runs of the workspace, as a person asked for them. */
export const runs = question((asking) => askRuns('runs', {}, { signal: asking.signal }));

/** Checkpoints that no run wrote, as they are read; how many are left; and how many could not be read. */
export const others = signal<readonly ChartedModel[]>([]);
export const left = signal(0);
export const unread = signal(0);

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
/** Newer ones, after news of them. */
const latest = signal<typeof runs.answer.value>(null);
export const known = computed(() => latest.value ?? runs.answer.value);

const rows = computed(() => [...(known.value?.runs ?? []).map(rowOfRun), ...others.value.map(rowOfModel)]);
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

let abort: AbortController | undefined;

/** Reads the runs, and then the other checkpoints one after the other. */
export async function loadRuns(): Promise<void> {
  latest.value = null;
  await runs.ask();
  others.value = [];
  await readOthers();
}

/** Reads the runs again after news of them, and those other checkpoints that are new. */
export async function renewRuns(): Promise<void> {
  if (!known.peek()) return;
  try {
    latest.value = await askRuns('runs', {});
  } catch {
    // The page shows what it knows; the person can read again.
    return;
  }
  const paths = new Set(latest.value.others);
  others.value = others.peek().filter(({ path }) => paths.has(path));
  await readOthers();
}

async function readOthers(): Promise<void> {
  abort?.abort();
  const { signal: stop } = (abort = new AbortController());
  const have = new Set(others.peek().map(({ path }) => path));
  const paths = (known.peek()?.others ?? []).filter((path) => !have.has(path));
  [left.value, unread.value] = [paths.length, 0];
  for (const path of paths) {
    try {
      const found = await askRuns('checkpoint', { path }, { signal: stop });
      if (stop.aborted) return;
      others.value = [...others.value, found];
    } catch (error) {
      if (stop.aborted || error instanceof CancelledError) return;
      unread.value++;
    }
    left.value--;
  }
}
