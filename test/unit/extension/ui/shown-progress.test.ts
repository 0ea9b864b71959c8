import { expect, test, vi } from 'vitest';
import { ShownProgress } from '../../../../src/extension/ui/shown-progress';

vi.mock('vscode', () => ({}));

const at = (done: number) => ({ stage: 'training', done, total: 100, unit: 'images', rate: 10, secondsLeft: 5 });

test('the bar of a task never goes back, and that of a run follows the whole run', () => {
  const reports: { message?: string; increment?: number }[] = [];
  const progress = new ShownProgress({ report: (value) => void reports.push(value) });
  for (const done of [20, 10, 25]) progress.show(at(done));
  expect(reports.map(({ increment }) => increment)).toEqual([20, 0, 5]);
  progress.show(at(99), { share: 0.3, secondsLeft: 60 });
  progress.show(at(1), { share: 0.5, secondsLeft: 40 });
  expect(reports.slice(3).map(({ increment }) => Math.round(increment ?? 0))).toEqual([5, 20]);
  expect(reports.at(-1)?.message).toMatch(/^training: 50%/);
  progress.say('Stopping $(x)');
  expect(reports.at(-1)).toEqual({ message: 'Stopping $ (x)' });
});
