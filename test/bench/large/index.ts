import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { atLeast, atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { z } from 'zod';
import { buildCommandLine } from '../../../scripts/setup/cli';
import { ScriptError } from '../../../scripts/setup/run-main';
import { numpy, secateur, type Measured } from './measured';
import { VGG, writeVgg } from './model';

/** Width of the hidden dense layers of a network with 1.2 GB of weights. */
const WIDE = 8192;

/** A job of the command line with its limits: seconds, bytes by those of the weights, and speed by that of numpy. */
interface Job {
  readonly name: string;
  readonly args: (model: string, out: string) => readonly string[];
  readonly seconds?: number;
  readonly memory: number;
  readonly numpy?: { readonly task: string; readonly times: number };
}

const JOBS: readonly Job[] = [
  { name: 'inspect', args: (model) => ['inspect', model, '--json'], seconds: 2, memory: 1.3 },
  {
    name: 'inspect --histograms',
    args: (model) => ['inspect', model, '--histograms', '--json'],
    memory: 1.3,
    numpy: { task: 'histograms', times: 3 },
  },
  {
    name: 'prune 0.9 --dry-run',
    args: (model, out) => ['prune', model, '--sparsity', '0.9', '--dry-run', '--out', out, '--json'],
    memory: 1.5,
    numpy: { task: 'dry-run', times: 3 },
  },
  {
    name: 'prune 0.9 --out',
    args: (model, out) => ['prune', model, '--sparsity', '0.9', '--out', out, '--json'],
    memory: 2,
    numpy: { task: 'prune', times: 1 },
  },
  {
    name: 'remove --channels 0.3 --out',
    args: (model, out) => ['remove', model, '--channels', '0.3', '--out', out, '--json'],
    seconds: 20,
    memory: 2.5,
  },
  {
    name: 'pack',
    args: (model, out) => ['pack', model, '--out', `${out}.secateur`, '--json'],
    seconds: 20,
    memory: 2.5,
  },
];

/** Settings of the bench of large models. */
export interface LargeOptions {
  /** A Python with numpy. */
  readonly python?: string | undefined;
  /** Measures only jobs whose names begin so. */
  readonly job?: string | undefined;
  /** Measures 1.2 GB of weights too. */
  readonly wide: boolean;
}

/** Measures commands on a network of the form of VGG-16, 553 MB, and on one of 1.2 GB, beside numpy. */
export async function benchLarge({ python, job = '', wide }: LargeOptions): Promise<BenchLine[]> {
  const jobs = JOBS.filter(({ name }) => name.startsWith(job));
  if (jobs.length === 0) throw new ScriptError(`no job begins with "${job}"`);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'secateur-large-'));
  try {
    await buildCommandLine();
    const lines: BenchLine[] = [];
    const add = (...more: BenchLine[]): void => {
      for (const { what, value, unit, target } of more) console.log(what, value.toFixed(3), unit, target);
      lines.push(...more);
    };
    const first = new Map<string, Measured>();
    const model = path.join(folder, 'vgg16');
    const bytes = writeVgg(model, VGG);
    for (const one of jobs) {
      const out = path.join(folder, 'out');
      const measured = await secateur(one.args(model, out));
      first.set(one.name, measured);
      add(...limitsOf(one, measured, bytes));
      if (python !== undefined && one.numpy) {
        const other = await numpy(python, [one.numpy.task, model, `${out}-numpy`]);
        add(...besideNumpy(one, measured, other));
        check(one, measured, other, out);
      }
      await clear(out);
    }
    if (!wide) return lines;
    await rm(model, { recursive: true });
    const more = writeVgg(model, WIDE);
    for (const one of jobs) {
      const out = path.join(folder, 'out');
      const measured = await secateur(one.args(model, out));
      const times = measured.seconds / first.get(one.name)!.seconds / (more / bytes);
      add(atMost(`${one.name}, 1.2 GB: time by that of a linear one`, times, '', 1.3));
      add(atMost(`${one.name}, 1.2 GB: memory by the weights`, measured.peak / more, '', one.memory));
      await clear(out);
    }
    return lines;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const limitsOf = ({ name, seconds, memory }: Job, measured: Measured, bytes: number): BenchLine[] => [
  seconds === undefined ? figure(name, measured.seconds, 's') : atMost(name, measured.seconds, 's', seconds),
  figure(`${name}: time of the processor`, measured.cpu, 's'),
  atMost(`${name}: memory by the weights`, measured.peak / bytes, '', memory),
];

const besideNumpy = ({ name, numpy: asked }: Job, ours: Measured, theirs: Measured): BenchLine[] => [
  figure(`${name}: numpy`, theirs.seconds, 's'),
  figure(`${name}: time of the processor, numpy`, theirs.cpu, 's'),
  figure(`${name}: memory, numpy`, theirs.peak / 2 ** 20, 'MiB'),
  atLeast(`${name}: speed by that of numpy`, theirs.seconds / ours.seconds, '', asked?.times ?? 1),
];

const figure = (what: string, value: number, unit: string): BenchLine => ({ what, value, unit, target: '', met: true });

const Pruned = z.object({
  layers: z.array(z.object({ threshold: z.number().nullable() })),
});

/** Compares what both found. @throws ScriptError where it is not the same */
function check({ name }: Job, ours: Measured, theirs: Measured, out: string): void {
  if (!name.startsWith('prune')) return;
  const { threshold } = z.object({ threshold: z.number() }).parse(JSON.parse(theirs.output));
  const { layers } = Pruned.parse(JSON.parse(ours.output));
  if (!layers.some((layer) => layer.threshold === threshold))
    throw new ScriptError(`${name}: numpy finds the threshold ${threshold}, which no layer has`);
  if (name.includes('--out') && weightsOf(out) !== weightsOf(`${out}-numpy`, out))
    throw new ScriptError(`${name}: the written weights are not those of numpy`);
}

const Manifest = z.object({ weightsManifest: z.array(z.object({ paths: z.array(z.string()) })) });

/** Hashes the joined shards of a folder; those of numpy have the names of the first model. */
function weightsOf(folder: string, described = folder): string {
  const [group] = Manifest.parse(JSON.parse(readFileSync(path.join(described, 'model.json'), 'utf8'))).weightsManifest;
  const hash = createHash('sha256');
  group!.paths.forEach((name, i) => {
    const own = folder === described ? name : `group1-shard${i + 1}of${group!.paths.length}.bin`;
    hash.update(readFileSync(path.join(folder, own)));
  });
  return hash.digest('hex');
}

async function clear(out: string): Promise<void> {
  for (const made of [out, `${out}.secateur`, `${out}-numpy`]) await rm(made, { recursive: true, force: true });
}
