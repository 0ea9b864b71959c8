// usage: npm run bench:quality [-- --data FOLDER] [--seeds 0,1,2] [--threads N] [--jobs N] [--fresh]
// Measures the accuracy of compression methods on all of Fashion-MNIST, each figure beside its target; writes docs/results.md.
// Takes hours; two runs side by side with a thread each are quicker than one after the other with two: --jobs 2 --threads 1.
// Finished runs are kept in .cache and not done again, unless --fresh asks for it.
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { buildCommandLine } from '../../../scripts/setup/cli';
import { ensureDebian } from '../../../scripts/setup/debian';
import { inRoot } from '../../../scripts/setup/paths';
import { runMain } from '../../../scripts/setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import type { BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { latencyLines, methodLines, oneShotLines } from './lines';
import {
  measureDense,
  measureLatency,
  measureMethod,
  measureOneShot,
  refuseSample,
  type OneShotFigures,
} from './measured';
import { methods } from './methods';
import { reportText } from './report';
import { RUNS_FOLDER } from './runs';

const REPORT = ['docs', 'results.md'];

runMain(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      seeds: { type: 'string', default: '0,1,2' },
      threads: { type: 'string', default: '2' },
      jobs: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
    },
  });
  const data = values.data ?? (await ensureDebian('dataset-fashion-mnist'));
  const seeds = values.seeds.split(',').map(Number);
  if (values.fresh) await rm(inRoot(...RUNS_FOLDER), { recursive: true, force: true });
  await buildCommandLine();
  await refuseSample(inRoot('media', 'samples', 'fashion-cnn'), data);
  const place = { data, threads: Number(values.threads), atOnce: pLimit(Number(values.jobs)) };
  const dense = await measureDense(seeds, place);
  const figures = await Promise.all(methods.map((method) => measureMethod(method, seeds, dense, place)));
  const half = figures.find(({ method }) => method.name === 'half-macs');
  const latency = await measureLatency(dense.checkpoints[0]!, half!.model);
  const trained = [...methodLines(figures, dense), ...latencyLines(latency)];
  const write = (oneShot: readonly OneShotFigures[], lines: readonly BenchLine[]) =>
    writeFile(inRoot(...REPORT), reportText({ seeds, dense, methods: figures, oneShot, lines }));
  // The slowest method comes first, because the rest may be stopped.
  await write([], trained);
  const shots = await measureOneShot(seeds, dense, place);
  const lines = [...trained, ...oneShotLines(shots, dense)];
  await write(shots, lines);
  const cells = lines.map(({ what, target, value, unit, met }) => [
    what,
    target,
    `${value.toFixed(3)} ${unit}`.trimEnd(),
    met ? 'MET' : 'MISSED',
  ]);
  console.log(`\n${formatTable(['what', 'target', 'value', ''], cells)}\nWritten to ${REPORT.join('/')}`);
  if (lines.some(({ met }) => !met)) process.exitCode = 1;
});
