import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { inRoot } from '../../../scripts/setup/paths';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { resolveModelPath } from '../../../src/engine/checkpoint/paths';
import { readGraph } from '../../../src/engine/model/graph';
import { INFERENCE } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { percent } from '../../../src/protocol/format';
import { Removal } from '../../../src/protocol/removal';
import { peakMemory } from '../../harness/processes';

/** What `export.py` writes beside a network. */
const Expected = z.object({
  keras: z.string(),
  size: z.number(),
  parameters: z.number(),
  macs: z.number(),
  /** In float64. */
  output: z.array(z.number()),
  float32: z.array(z.number()),
});
export type Expected = z.infer<typeof Expected>;

/** The result of a removal, or the complaint. */
const Outcome = z.object({ works: z.boolean(), text: z.string() });
type Outcome = z.infer<typeof Outcome>;

/** Largest differences of the answer, relative to the largest value of that of Keras. */
const Distances = z.object({
  /** From Keras in float32. */
  keras: z.number(),
  /** From Keras in float64. */
  exact: z.number(),
  /** That of Keras in float32 from Keras in float64. */
  rounding: z.number(),
});
export type Distances = z.infer<typeof Distances>;

/** The figures of one network. Where something fails, the last line of its complaint stands for the figure. */
export const Figures = z.object({
  name: z.string(),
  expected: Expected,
  parameters: z.number(),
  macs: z.number().nullable(),
  distances: z.union([Distances, z.string()]),
  removal: Outcome,
  training: z
    .object({
      /** Seconds of one epoch. */
      epoch: z.union([z.number(), z.string()]),
      /** Kernels without a native form. */
      slow: z.array(z.string()),
      /** The most bytes that the process held. Files of an earlier form lack it. */
      peak: z.number().optional(),
    })
    .optional(),
});
export type Figures = z.infer<typeof Figures>;

export const readExpected = async (folder: string): Promise<Expected> =>
  Expected.parse(JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8')));

/** Measures one network, but not its training. */
export async function measure(folder: string): Promise<Figures> {
  const expected = await readExpected(folder);
  const content = await readCheckpoint(await resolveModelPath(folder));
  const graph = readGraph(content);
  const sum = (values: readonly (number | null)[]): number | null =>
    values.reduce<number | null>((all, one) => (all === null || one === null ? null : all + one), 0);
  return {
    name: path.basename(folder),
    expected,
    parameters: graph.layers.reduce((all, { params }) => all + params, 0),
    macs: sum(graph.nodes.map(({ macs }) => macs)),
    distances: await distancesOf(folder, expected).catch(complaintOf),
    removal: await removalOf(folder).catch((error: unknown) => ({ works: false, text: complaintOf(error) })),
  };
}

async function distancesOf(folder: string, { size, output, float32 }: Expected): Promise<Distances> {
  const network = await toNetwork(await readCheckpoint(await resolveModelPath(folder)));
  const bytes = await readFile(path.join(folder, 'input.bin'));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  try {
    const answer = tf.tidy(() => network.forward([tf.tensor(values, [1, size, size, 3])], INFERENCE)[0]!);
    const own = await answer.data<'float32'>();
    answer.dispose();
    const largest = Math.max(...output.map(Math.abs));
    const apart = (some: ArrayLike<number>, others: readonly number[]): number =>
      Math.max(...others.map((one, i) => Math.abs(one - some[i]!))) / largest;
    return { keras: apart(own, float32), exact: apart(own, output), rounding: apart(float32, output) };
  } finally {
    network.dispose();
  }
}

/** Removes three of ten channels; tells how many went, and the layer that stopped most of the others. */
const removalOf = (folder: string): Promise<Outcome> =>
  inFolder(async (out) => {
    const { stdout } = await secateur(['remove', folder, '--channels', '0.3', '--out', out, '--json']);
    const { reached, stoppedBy, difference } = Removal.parse(JSON.parse(stdout));
    const [stop] = stoppedBy ?? [];
    const share = reached ? percent(reached.channels) : '';
    const stopped = stop ? `; ${stop.layer} (${stop.type}) keeps ${stop.channels}` : '';
    return { works: difference !== null, text: `${share}${difference ? '' : ', outputs not compared'}${stopped}` };
  });

const Trained = z.object({ epochs: z.array(z.object({ seconds: z.number() })).length(1) });

/** Trains a network for one epoch. @param data description of the pictures */
export const train = (folder: string, data: string): Promise<NonNullable<Figures['training']>> =>
  inFolder(async (out) => {
    try {
      const settings = ['--epochs', '1', '--batch-size', '20', '--learning-rate', '0.0001'];
      const { stdout, stderr, peak } = await secateur(
        ['finetune', folder, '--data', data, ...settings, '--out', out, '--json', '--verbose'],
      ); // prettier-ignore
      const [epoch] = Trained.parse(JSON.parse(stdout)).epochs;
      const slow = [...stderr.matchAll(/The kernel (\w+) runs on the slow cpu backend/g)].map(([, kernel]) => kernel!);
      return { epoch: epoch!.seconds, slow, peak };
    } catch (error) {
      return { epoch: complaintOf(error), slow: [] };
    }
  });

async function inFolder<T>(work: (out: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'secateur-applications-'));
  try {
    return await work(path.join(folder, 'out'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the command line, and watches how many bytes it holds. @throws Error with the last line of its complaint */
async function secateur(args: readonly string[]): Promise<{ stdout: string; stderr: string; peak: number }> {
  // The process that does the work, without the one that starts it.
  const child = spawn(process.execPath, [inRoot('dist', 'command.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    if (child.pid !== undefined) peak = Math.max(peak, await peakMemory(child.pid).catch(() => 0));
    await Promise.race([delay(100), ended]);
  }
  await ended;
  if (child.exitCode === 0) return { ...texts, peak };
  const { signalCode, exitCode } = child;
  throw new Error(texts.stderr.trim().split('\n').at(-1) ?? `it ended with ${signalCode ?? String(exitCode)}`);
}

const complaintOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
