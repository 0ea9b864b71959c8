// usage: npm run bench:quality [-- --data FOLDER] [--seeds 0,1,2] [--threads N] [--jobs N] [--fresh] [--only NAME,...]
// Measures the accuracy of compression methods on all of Fashion-MNIST, each figure beside its target; writes docs/results.md.
// Takes hours; two runs side by side with a thread each are quicker than one after the other with two: --jobs 2 --threads 1.
// Without --seeds each method takes those of the page, 0,1,2, or its own. Finished runs are kept in .cache and not done again, unless --fresh asks for it. --only measures the methods of these names
// (see methods.ts; "one-shot" stands for those without training), and leaves the other figures of the page as they are.
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { buildCommandLine } from '../../../scripts/setup/cli';
import { ensureDebian } from '../../../scripts/setup/debian';
import { inRoot } from '../../../scripts/setup/paths';
import { runMain, ScriptError } from '../../../scripts/setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import { readKept, withRows, writeKept, type Kept } from './kept';
import { targetLines } from './lines';
import {
  figuresOf,
  measureDense,
  measureLatency,
  measureMethod,
  measureOneShot,
  refuseSample,
  type DenseFigures,
} from './measured';
import { methods, type Method } from './methods';
import { reportText } from './report';
import { RUNS_FOLDER } from './runs';

const REPORT = ['docs', 'results.md'];
const ONE_SHOT = 'one-shot';
/** Seeds of the page; a method can have more of its own. */
const SEEDS = [0, 1, 2];
/** The method whose time is measured too. */
const TIMED = 'half-macs';

runMain(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      seeds: { type: 'string' },
      threads: { type: 'string', default: '2' },
      jobs: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const chosen = chosenNames(values.only);
  const data = values.data ?? (await ensureDebian('dataset-fashion-mnist'));
  const given = values.seeds?.split(',').map(Number);
  const seeds = given ?? SEEDS;
  const seedsOf = (method: Method): readonly number[] => given ?? method.seeds ?? SEEDS;
  if (values.fresh) await rm(inRoot(...RUNS_FOLDER), { recursive: true, force: true });
  await buildCommandLine();
  await refuseSample(inRoot('media', 'samples', 'fashion-cnn'), data);
  const place = { data, threads: Number(values.threads), atOnce: pLimit(Number(values.jobs)) };
  const measuredMethods = methods.filter(({ name }) => chosen.has(name));
  const trained = [...new Set([...seeds, ...measuredMethods.flatMap(seedsOf)])];
  const network = await measureDense(trained, measuredMethods, place);
  const measured = await Promise.all(
    measuredMethods.map((method) => measureMethod(method, seedsOf(method), network, place)),
  );
  const rows = measured.map(({ row }) => row);
  const before = await readKept();
  const of = (figures: DenseFigures['start']): number[] => figuresOf(figures, seeds);
  const dense = { start: of(network.start), longer: network.longer ? of(network.longer) : before.dense.longer };
  let kept = withRows(before, { seeds, dense, rows });
  const timed = measured.find(({ row }) => row.name === TIMED);
  if (timed) kept = { ...kept, latency: await measureLatency(network.checkpoints.get(seeds[0]!)!, timed.model) };
  // The slowest comes first, because the rest may be stopped.
  await write(kept);
  if (chosen.has(ONE_SHOT)) {
    kept = { ...kept, oneShot: await measureOneShot(seeds, network, place) };
    await write(kept);
  }
  const lines = targetLines(kept);
  const cells = lines.map(({ what, target, value, unit, met }) => [
    what,
    target,
    `${value.toFixed(3)} ${unit}`.trimEnd(),
    met ? 'MET' : 'MISSED',
  ]);
  console.log(`\n${formatTable(['what', 'target', 'value', ''], cells)}\nWritten to ${REPORT.join('/')}`);
  if (lines.some(({ met }) => !met)) process.exitCode = 1;
});

async function write(kept: Kept): Promise<void> {
  await writeKept(kept);
  await writeFile(inRoot(...REPORT), reportText(kept));
}

/** @throws ScriptError for a name that no method has */
function chosenNames(only: string | undefined): ReadonlySet<string> {
  const known = [...methods.map(({ name }) => name), ONE_SHOT];
  const names = only?.split(',') ?? known;
  const other = names.find((name) => !known.includes(name));
  if (other !== undefined)
    throw new ScriptError(`The bench has no method "${other}": give some of ${known.join(', ')} with --only.`);
  return new Set(names);
}
