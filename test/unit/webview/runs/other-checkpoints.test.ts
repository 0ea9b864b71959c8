import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { ChartedModel } from '../../../../src/protocol/runs-page';
import { otherCheckpoints } from '../../../../src/webview/runs/other-checkpoints';

const model = (path: string): ChartedModel => ({
  ...{ path, name: path, split: 'test', sampleData: false, metrics: null },
  totals: { bytes: 4, gzipBytes: 3, params: 2, nonzero: 1, macs: null, sparsity: 0.5 },
});

/** A reader whose answers the test gives. */
function reader() {
  const tried: string[] = [];
  const aborted: string[] = [];
  const waiting = new Map<string, (found: ChartedModel | null) => void>();
  const readOne = (path: string, stop: AbortSignal): Promise<ChartedModel> => {
    tried.push(path);
    stop.addEventListener('abort', () => waiting.has(path) && aborted.push(path));
    return new Promise((resolve, reject) => {
      waiting.set(path, (found) => (found ? resolve(found) : reject(new Error('It is no checkpoint.'))));
    });
  };
  const answer = async (path: string, found: ChartedModel | null = model(path)): Promise<void> => {
    waiting.get(path)!(found);
    waiting.delete(path);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { tried, aborted, readOne, answer };
}

test('news of runs neither stop a reading nor begin one again, and what cannot be read is tried once', async () => {
  const { tried, aborted, readOne, answer } = reader();
  const paths = signal(['a', 'bad', 'b']);
  const others = otherCheckpoints(paths, readOne);
  const whole = others.read();
  paths.value = ['a', 'bad', 'b'];
  await others.read();
  expect([tried, others.left.value]).toEqual([['a'], 3]);
  await answer('a');
  await answer('bad', null);
  expect([tried, others.left.value, others.unread.value]).toEqual([['a', 'bad', 'b'], 1, 1]);
  // One more appears while another is read.
  paths.value = ['a', 'bad', 'b', 'c'];
  await others.read();
  await answer('b');
  await answer('c');
  await whole;
  await others.read();
  expect([tried, aborted]).toEqual([['a', 'bad', 'b', 'c'], []]);
  expect(others.models.value.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  expect([others.left.value, others.unread.value]).toEqual([0, 1]);
});

test('a checkpoint that goes is forgotten, and one that comes back is read again', async () => {
  const { tried, readOne, answer } = reader();
  const paths = signal(['a', 'b']);
  const others = otherCheckpoints(paths, readOne);
  const whole = others.read();
  // It goes while it is read.
  paths.value = ['b'];
  await answer('a');
  await answer('b');
  await whole;
  expect(others.models.value.map(({ path }) => path)).toEqual(['b']);
  paths.value = [];
  await others.read();
  expect(others.models.value).toEqual([]);
  paths.value = ['b'];
  const again = others.read();
  await answer('b');
  await again;
  expect(tried).toEqual(['a', 'b', 'b']);
});

test('a person who reads again has all read, whatever goes on', async () => {
  const { tried, aborted, readOne, answer } = reader();
  const others = otherCheckpoints(signal(['a', 'bad']), readOne);
  void others.read();
  await answer('a');
  const whole = others.readAgain();
  expect([aborted, others.left.value]).toEqual([['bad'], 2]);
  await answer('a');
  await answer('bad');
  await whole;
  expect([tried, others.unread.value]).toEqual([['a', 'bad', 'a', 'bad'], 0]);
});
