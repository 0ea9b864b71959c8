import { computed, signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import type { MetricOf } from '../../protocol/metric';
import type { ChartedModel } from '../../protocol/runs-page';
import { question } from '../question/question';
import { askRuns } from '../state/host';
import type { Sort } from '../ui/sorting';
import { keyOf, metricsOfAll, pointsOf } from './points';
import { SIZES, type SizeName } from './sizes';

/** The runs of the workspace. */
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
export const order = signal<Sort<string>>({ column: null, descending: false });

export const models = computed(() => [...(runs.answer.value?.runs ?? []), ...others.value]);
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

let abort: AbortController | undefined;

/** Reads the runs, and then the other checkpoints one after the other. */
export async function loadRuns(): Promise<void> {
  abort?.abort();
  const { signal: stop } = (abort = new AbortController());
  await runs.ask();
  const paths = runs.answer.value?.others ?? [];
  [others.value, left.value, unread.value] = [[], paths.length, 0];
  for (const path of paths) {
    try {
      const found = await askRuns('checkpoint', { path }, { signal: stop });
      others.value = [...others.value, found];
    } catch (error) {
      if (error instanceof CancelledError) return;
      unread.value++;
    }
    left.value--;
  }
}
