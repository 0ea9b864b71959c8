import { computed, effect, signal } from '@preact/signals';
import type { RunRow } from '../../protocol/runs-page';
import { question } from '../question/question';
import { followNews } from '../state/follow-news';
import { ask, onRunsChanged } from '../state/host';
import { phase } from '../state/session';
import { metricsOfAll } from './points';
import { rowOfRun } from './rows';
import { runTable } from './table';

/** The runs that began with the open checkpoint or wrote it; null: not known yet. */
export const ownRuns = signal<readonly RunRow[] | null>(null);

const rows = computed(() => (ownRuns.value ?? []).map(rowOfRun));

/** Their table, with the metric that most of them have. */
export const ownTable = runTable(
  rows,
  computed(() => ({
    metric: metricsOfAll(rows.value.flatMap(({ model }) => model ?? []))[0] ?? null,
    latencies: new Map<string, number | null>(),
  })),
);

/** Reads them. */
export const readingOwn = question(async ({ signal: stop }) => (ownRuns.value = await ask('ownRuns', {}, { signal: stop }))); // prettier-ignore

const load = followNews(readingOwn.ask);

/** Asks for the runs once the checkpoint is open, and again when they change. */
export function followOwnRuns(): void {
  const isOpen = computed(() => phase.value.kind === 'open');
  onRunsChanged(() => {
    if (isOpen.peek()) void load();
  });
  effect(() => {
    if (isOpen.value) void load();
  });
}
