import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { measured } from '../../../../src/protocol/metric';
import type { RunRow } from '../../../../src/protocol/runs-page';
import { rowOfRun } from '../../../../src/webview/runs/rows';
import { runTable } from '../../../../src/webview/runs/table';
import type { Shown } from '../../../../src/webview/runs/columns';

const run = (name: string, hour: number, accuracy: number | null, rest: Partial<RunRow> = {}): RunRow => ({
  ...{ folder: `/${name}`, name, state: 'finished', when: `2026-11-30T0${hour}:00:00Z`, start: null, data: null },
  ...{ steps: ['prune 90%'], seconds: 5, tags: [], note: '' },
  model: {
    ...{ path: `/${name}/model.json`, name, split: 'test', sampleData: false },
    totals: { bytes: 4, gzipBytes: 3, params: 2, nonzero: 1, macs: null, sparsity: 0.5 },
    metrics: accuracy === null ? null : [measured('accuracy', accuracy)],
  },
  ...rest,
});
const tableOf = (...runs: RunRow[]) =>
  runTable(signal(runs.map(rowOfRun)), signal<Shown>({ metric: { name: 'accuracy' }, latencies: new Map() }));

test('rows come latest first, sort by any column with unmeasured ones last, and pass a filter of words', () => {
  const table = tableOf(run('a', 1, 0.9), run('b', 3, null, { tags: ['paper'] }), run('c', 2, 0.8, { note: 'Of the talk' })); // prettier-ignore
  const names = (): string[] => table.rows.value.map(({ name }) => name);
  expect(names()).toEqual(['b', 'c', 'a']);
  table.order.value = { column: 'metric', descending: true };
  expect(names()).toEqual(['a', 'c', 'b']);
  table.order.value = { column: 'metric', descending: false };
  expect(names()).toEqual(['c', 'a', 'b']);
  table.filter.value = 'PAPER prune';
  expect(names()).toEqual(['b']);
  table.filter.value = 'talk';
  expect(names()).toEqual(['c']);
});

test('a metric names its split, and a missing checkpoint is said', () => {
  const table = tableOf(run('a', 1, 0.9, { start: { name: 'cnn', path: null } }));
  const [row] = table.rows.value;
  const column = (name: string) => table.columns.value.find((one) => one.name === name)!;
  expect([column('metric').text(row!), column('metric').note?.(row!)]).toEqual(['90.00%', 'test']);
  expect(column('start').text(row!)).toBe('cnn (gone)');
});

test('a column of latencies is there once one was measured', () => {
  const shown = signal<Shown>({ metric: null, latencies: new Map() });
  const table = runTable(signal([run('a', 1, 0.9), run('b', 2, 0.8)].map(rowOfRun)), shown);
  const column = () => table.columns.value.find(({ name }) => name === 'latency');
  expect(column()).toBeUndefined();
  shown.value = { metric: null, latencies: new Map([['/a/model.json', 1.25]]) };
  expect(table.rows.value.map((row) => column()?.text(row))).toEqual(['\u2013', '1.250 ms']);
});

test('several rows are chosen, and chosen ones that a filter hides do not count', () => {
  const table = tableOf(run('a', 1, 0.9, { tags: ['paper'] }), run('b', 2, 0.8), run('c', 3, 0.7));
  table.choose('/c', 'alone');
  table.choose('/a', 'range');
  expect(table.chosen.value.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  table.choose('/b', 'toggle');
  expect(table.chosen.value.map(({ name }) => name)).toEqual(['c', 'a']);
  table.filter.value = 'paper';
  expect(table.chosen.value.map(({ name }) => name)).toEqual(['a']);
  table.clear();
  expect(table.chosen.value).toEqual([]);
});
