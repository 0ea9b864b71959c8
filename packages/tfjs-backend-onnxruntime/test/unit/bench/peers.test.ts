import { expect, test } from 'vitest';
import { OURS } from '../../bench/peers/contenders';
import type { Speed } from '../../bench/peers/measure';
import { compareWithPytorch } from '../../bench/peers/targets';

const speed = (network: string, who: string, threads: number, fastest: number): Speed => ({
  ...{ network, job: 'training', who, threads, fastest },
  median: fastest / 2,
  rounds: [fastest / 2, fastest / 4, fastest / 8],
  share: 0.5,
});

test('with two threads ratios to PyTorch have targets, higher ones for the network that ships first', () => {
  const speeds = ['fashion-cnn', 'lenet-5'].flatMap((network) =>
    [1, 2].flatMap((threads) => [
      speed(network, OURS, threads, 900 * threads),
      speed(network, 'PyTorch, best', threads, 1000 * threads),
    ]),
  );
  const lines = compareWithPytorch(speeds);
  const texts = lines.map(({ what, target, met }) => `${what}|${target}|${met}`);
  expect(texts).toContain('fashion-cnn, training, 2 threads: over PyTorch, best|>= 1|false');
  expect(texts).toContain('lenet-5, training, 2 threads: over PyTorch, best|>= 0.8|true');
  expect(texts).toContain('lenet-5, training, 1 thread: over PyTorch, best||true');
  expect(lines.every(({ value }) => value === 0.9)).toBe(true);
});

test('a machine that gets slower for all does not change the ratio of the median round', () => {
  const ours = { ...speed('lenet-5', OURS, 2, 900), rounds: [800, 400, 200] };
  const theirs = { ...speed('lenet-5', 'PyTorch, best', 2, 1000), rounds: [1000, 500, 100] };
  const line = compareWithPytorch([ours, theirs]).find(({ what }) => what.endsWith('in the median round'));
  expect(line?.value).toBe(0.8);
});

test('nothing is compared with a peer that was left out', () => {
  expect(compareWithPytorch([speed('fashion-cnn', OURS, 2, 900)])).toEqual([]);
});
