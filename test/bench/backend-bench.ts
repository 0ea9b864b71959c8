/**
 * Our backend against the prototype: both train and evaluate `fashion-cnn` on Fashion-MNIST in processes of their own, in
 * turns, so that a busy machine slows both alike.
 *
 *     npx tsx test/bench/backend-bench.ts --prototype DIR [--data DIR] [--rounds N] [--threads N]
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildContenders } from './backend/contenders';
import { Runner } from './backend/runner';
import { IMAGES_A_PASS } from './backend/workload';
import { atLeast, type BenchLine, median } from './line';

export interface BackendBenchOptions {
  /** The folder with the prototype's files. */
  readonly prototype: string;
  /** The folder with the four files of Fashion-MNIST. */
  readonly data: string;
  readonly threads?: number;
  readonly rounds?: number;
}

const LEAST_RATIO = 0.8;
const WARM_UP_STEPS = 8;
const STEPS_A_ROUND = 20;
const PASSES_A_ROUND = 6;
const TRAIN_IMAGES = 100;
/** After so few steps nobody classifies well, but a contender that computes nonsense stays at 0.1. */
const LEAST_ACCURACY = 0.7;

interface Times {
  readonly train: number[];
  readonly evaluate: number[];
}

/** Images a second of both, and their ratios. The speed told is that of the fastest step, and of the median one. */
export async function benchBackend(options: BackendBenchOptions): Promise<BenchLine[]> {
  const { data, threads = 2, rounds = 8 } = options;
  const contenders = await buildContenders(path.resolve(options.prototype));
  const runners = [contenders.ours, contenders.prototype].map((script) => new Runner(script, threads));
  try {
    const times: Times[] = runners.map(() => ({ train: [], evaluate: [] }));
    for (const runner of runners) {
      await runner.ask({ task: 'train', data, count: WARM_UP_STEPS });
      await runner.ask({ task: 'evaluate', data, count: 1 });
    }
    for (let round = 0; round < rounds; round++) {
      const turn = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const task of ['train', 'evaluate'] as const) {
        for (const i of turn) {
          const count = task === 'train' ? STEPS_A_ROUND : PASSES_A_ROUND;
          const { milliseconds, quality } = await runners[i]!.ask({ task, data, count });
          times[i]![task].push(...milliseconds);
          const isLast = task === 'evaluate' && round === rounds - 1;
          if (isLast && quality < LEAST_ACCURACY)
            throw new Error(`${runners[i]!.script} reaches only ${quality} accuracy.`);
        }
      }
    }
    return [
      ...compare('training', times[0]!.train, times[1]!.train, TRAIN_IMAGES),
      ...compare('evaluation', times[0]!.evaluate, times[1]!.evaluate, IMAGES_A_PASS),
    ];
  } finally {
    for (const runner of runners) runner.dismiss();
    contenders.remove();
  }
}

function compare(what: string, ours: readonly number[], prototype: readonly number[], images: number): BenchLine[] {
  const lines: BenchLine[] = [];
  const kinds = [
    ['fastest', (times: readonly number[]) => Math.min(...times)],
    ['median', median],
  ] as const;
  for (const [kind, pick] of kinds) {
    const [a, b] = [pick(ours), pick(prototype)];
    const told = (who: string, milliseconds: number): BenchLine => ({
      what: `${what}, ${who}, ${kind}`,
      value: Math.round((images / milliseconds) * 1000),
      unit: 'images/s',
      target: '',
      met: true,
    });
    lines.push(told('our backend', a), told('the prototype', b));
    const ratio = Math.round((b / a) * 1000) / 1000;
    // The fastest step is what the code can do; the median also tells who was disturbed more, so it has no target.
    if (kind === 'fastest') lines.push(atLeast(`${what}, ours against the prototype`, ratio, 'ratio', LEAST_RATIO));
    else lines.push({ what: `${what}, ratio of the medians`, value: ratio, unit: 'ratio', target: '', met: true });
  }
  return lines;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      prototype: { type: 'string' },
      data: { type: 'string', default: '/usr/share/datasets/fashion-mnist' },
      rounds: { type: 'string', default: '8' },
      threads: { type: 'string', default: '2' },
    },
  });
  const { prototype, data } = values;
  if (prototype === undefined) throw new Error('Say where the prototype is: --prototype DIR.');
  const numbers = { rounds: Number(values.rounds), threads: Number(values.threads) };
  const lines = await benchBackend({ prototype, data, ...numbers });
  console.log(JSON.stringify(lines, null, 2));
  if (lines.some(({ met }) => !met)) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) void main();
