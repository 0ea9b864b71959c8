import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { Evaluation, PrunedLayer } from '../../../src/protocol/measure';
import { Latency } from '../../../src/protocol/measure/latency';
import { EpochRecord } from '../../../src/protocol/epoch';
import { Sensitivity } from '../../../src/protocol/measure/sensitivity';
import { RunResult } from '../../../src/protocol/run';
import { Inspection } from '../../../src/protocol/model';
import { ONE_SENTENCE } from '../../fixtures/bad-input';
import { npzFile } from '../dataset/write-npy';
import { lastLine, secateurHere } from './secateur';

/** Bound on a hang, not on speed: milliseconds. */
const PATIENCE = 10_000;
const CASES = path.resolve('test', 'fixtures', 'cases');
const BLOBS = ['--data', path.join(CASES, 'data-blobs10')];
const UNIT_PIXELS = ['--normalization', '[0,1]'];
const run = secateurHere();
let folder = '';
let runs = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'secateur-cases-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The output of a command, and the sentence of its failure. */
interface Said {
  stdout: string;
  stderr: string;
  failure?: string;
}
async function secateur(...args: readonly string[]): Promise<Said> {
  const { code, ...said } = await run(args);
  return code === 0 ? said : { ...said, failure: lastLine(said.stderr) };
}

/** Asks one command about a case; one that has to succeed, and printed JSON. */
const ask = (command: string, name: string, ...options: readonly string[]): Promise<Said> =>
  secateur(command, path.resolve(CASES, name), ...options);
async function answer<T>(as: z.ZodType<T>, ...asked: Parameters<typeof ask>): Promise<T> {
  const { failure, stdout } = await ask(...asked, '--json');
  expect(failure).toBeUndefined();
  return as.parse(JSON.parse(stdout));
}
/** A folder for a run, that does not exist. */
const newOut = (): string => path.join(folder, `run-${runs++}`);
const evaluation = (name: string, ...options: readonly string[]): Promise<Evaluation> =>
  answer(Evaluation, 'evaluate', name, ...options);
const inspected = async (file: string): Promise<Inspection> =>
  Inspection.parse(JSON.parse((await secateur('inspect', file, '--json')).stdout));

/** The output of a fine-tuning. */
const Tuned = z.object({
  out: z.string(),
  best: z.object({ testAccuracy: z.number() }),
  layers: z.array(PrunedLayer),
  totals: z.object({ after: z.object({ params: z.number(), nonzero: z.number(), sparsity: z.number() }) }),
  accuracy: z.object({ before: z.number().nullable(), afterFineTune: z.number().nullable() }),
});
/** Fine-tunes for an epoch, and asks of the file what accuracy it has. */
async function tuned(name: string, ...options: readonly string[]) {
  const said = await answer(Tuned, 'finetune', name, '--epochs', '1', ...BLOBS, ...options, '--out', newOut());
  const { accuracy, normalization } = await evaluation(said.out, ...BLOBS);
  expect(said.accuracy.afterFineTune).toBe(accuracy);
  expect(said.best.testAccuracy).toBe(accuracy);
  return { ...said, normalization };
}

/** The output of a pruning. */
const Pruned = z.object({
  out: z.string(),
  layers: z.array(PrunedLayer),
  totals: z.object({ after: z.object({ sparsity: z.number() }) }),
  noAccuracy: z.string().optional(),
  notes: z.array(z.string()).optional(),
});
const pruned = (name: string, sparsity: string, ...options: readonly string[]) =>
  answer(Pruned, 'prune', name, '--sparsity', sparsity, ...options, '--out', newOut());

describe('preprocessing', () => {
  it('fm01: pixels in [0,1] are found, with the accuracy of stock TensorFlow.js', async () => {
    const { accuracy, samples, normalization } = await evaluation('fm01', '--data', 'fashion-mnist-sample');
    expect([accuracy, samples]).toEqual([0.8135, 2000]);
    expect(normalization).toMatchObject({ mean: 0, std: 1, from: 'found' });
  });

  it('rescaling: a model that scales by itself gets raw pixels', async () => {
    const { accuracy, normalization } = await evaluation('rescaling', ...BLOBS);
    expect(accuracy).toBe(1);
    expect(normalization).toMatchObject({ mean: 0, std: 1 / 255, from: 'layer', layer: 'rescaling' });
  });
});

describe('what a model answers', () => {
  it('ensemble-average: the mean of two softmaxes is probabilities', async () => {
    const { loss, accuracy } = await evaluation('ensemble-average', ...BLOBS, '--normalization', '[-1,1]');
    expect(loss).toBeCloseTo(0.0006, 4);
    expect(accuracy).toBe(1);
  });

  // The figures of Keras 2 and 3 with the same weights and images.
  it.each([
    ['transfer-func-seq', UNIT_PIXELS, 2.3715315, 0.105],
    ['k2-tl', [], 2.4145145, 0.1],
    ['k2-gru', UNIT_PIXELS, 2.4095917, 0.1025],
    ['k3-res', UNIT_PIXELS, 2.3864686, 0.1],
  ])('%s: evaluates as Keras, is timed, and trains', async (name, options, loss, accuracy) => {
    const found = await evaluation(name, ...BLOBS, ...options);
    expect(found.loss).toBeCloseTo(loss, 4);
    expect(found.accuracy).toBeCloseTo(accuracy, 6);
    const { batches } = await answer(Latency, 'latency', name, '--batches', '1', '--runs', '3');
    expect(batches).toHaveLength(1);
    const before = await readCheckpoint(path.join(CASES, name, 'model.json'));
    const { out } = await tuned(name, ...options);
    const after = await readCheckpoint(out);
    expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()]);
    expect(after.weightsHash).not.toBe(before.weightsHash);
  });

  it('transfer-func-seq: the layers of the nested model are scanned by themselves', async () => {
    const scan = ['--samples', '50', '--sparsities', '0.5'];
    const { layers } = await answer(Sensitivity, 'sensitivity', 'transfer-func-seq', ...BLOBS, ...UNIT_PIXELS, ...scan);
    const measured = layers.filter(({ points }) => points.length > 0);
    expect(measured.map(({ name }) => name)).toEqual(['c', 'head']);
  });

  it.each(['ln-tiny', 'bn-noscale'])('%s: trains', async (name) => {
    await tuned(name, ...UNIT_PIXELS);
  });

  it('ln-tiny: trains as a new network, as it only guesses, and is not evaluated under a guess', async () => {
    const { normalization } = await tuned('ln-tiny');
    expect(normalization).toMatchObject({ mean: 0.5, std: 0.5, from: 'stored' });
    const { failure } = await ask('evaluate', 'ln-tiny', ...BLOBS);
    expect(failure).toMatch(/^Nothing tells which pixels the model was trained on/);
  });

  it('bn-noscale: is pruned by a score that needs gradients', async () => {
    const { layers, totals } = await pruned('bn-noscale', '0.5', '--score', 'taylor', ...BLOBS, ...UNIT_PIXELS);
    expect(totals.after.sparsity).toBe(0.5);
    expect(layers.filter(({ state }) => state === 'pruned')).toHaveLength(2);
  });

  it('tm-image: keeps its labels beside it, and is told to use its own data', async () => {
    const { out } = await pruned('tm-image', '0.5');
    const [kept, given] = await Promise.all(
      [path.dirname(out), path.join(CASES, 'tm-image')].map((at) => readFile(path.join(at, 'metadata.json'))),
    );
    expect(kept).toEqual(given);
    const { failure } = await ask('evaluate', 'tm-image', ...BLOBS);
    expect(failure).toMatch(/^The model tells 3 classes apart .*but the dataset has 10[ :]/);
  });
});

describe('tasks other than one class of several', () => {
  const COUNT = 60;
  const two = ['--data', path.join(CASES, 'data-blobs2')];
  const wave = (length: number, by: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(by * i + i * i)); // prettier-ignore
  const classes = (count: number): Int32Array =>
    Int32Array.from({ length: COUNT }, (_, i) => (7 * i + ((i * i) % 5)) % count);
  async function npz(name: string, arrays: Parameters<typeof npzFile>[0]): Promise<string[]> {
    const file = path.join(folder, `${name}.npz`);
    await writeFile(file, npzFile(arrays));
    return ['--data', file];
  }
  const metricsOf = ({ metrics }: Evaluation) =>
    metrics.map(({ name, output }) => (output ? `${output} ${name}` : name));

  it('binary-sigmoid: is binary classification, for all that runs the model', async () => {
    const found = await evaluation('binary-sigmoid', ...two);
    expect(found).toMatchObject({ accuracy: 1, confusion: [[45, 0], [0, 45]] }); // prettier-ignore
    expect(metricsOf(found)).toEqual(['accuracy', 'macro-f1', 'auc', 'loss']);
    const { out } = await answer(Tuned, 'finetune', 'binary-sigmoid', '--epochs', '1', ...two, '--out', newOut());
    expect((await evaluation(out, ...two)).accuracy).toBe(1);
    const scan = await answer(Sensitivity, 'sensitivity', 'binary-sigmoid', ...two, '--sparsities', '0.99');
    expect(scan.baseline.metrics[0]).toEqual({ name: 'accuracy', value: 1, better: 'higher' });
    const target = await ask('target', 'binary-sigmoid', '--accuracy', '0.9', ...two, '--out', newOut());
    expect(target.failure).toBeUndefined();
  });

  it('text-lstm: tokens are looked up, not normalized', async () => {
    const tokens = { values: Int32Array.from({ length: COUNT * 20 }, (_, i) => (i * 7) % 500), shape: [COUNT, 20] };
    const data = await npz('tokens', { x_test: tokens, y_test: { values: classes(2), shape: [COUNT] } });
    const { samples, tasks, normalization } = await evaluation('text-lstm', ...data);
    expect(samples).toBe(COUNT);
    expect(tasks?.[0]).toMatchObject({ name: 'classification', loss: 'binary_crossentropy' });
    expect(normalization?.from).toBe('values');
  });

  it('regression: the error of numbers is that of the same network by hand', async () => {
    const [x, y] = [wave(COUNT * 8, 1), wave(COUNT, 2)];
    const data = await npz('numbers', { x_test: { values: x, shape: [COUNT, 8] }, y_test: { values: y, shape: [COUNT] } }); // prettier-ignore
    const { tensors } = await readCheckpoint(path.join(CASES, 'regression', 'model.json'));
    const weights = [...tensors.values()].map((tensor) => tensor.data as Float32Array);
    const dense = (row: Float32Array, layer: number): Float32Array => {
      const [kernel, bias] = [weights[2 * layer]!, weights[2 * layer + 1]!];
      return bias.map((start, u) => row.reduce((sum, value, i) => sum + value * kernel[i * bias.length + u]!, start));
    };
    const relu = (row: Float32Array): Float32Array => row.map((value) => Math.max(0, value));
    const errors = Array.from({ length: COUNT }, (_, i) => dense(relu(dense(relu(dense(x.subarray(8 * i, 8 * i + 8), 0)), 1)), 2)[0]! - y[i]!); // prettier-ignore
    const found = await evaluation('regression', ...data);
    expect(metricsOf(found)).toEqual(['rmse', 'mae', 'r2', 'loss']);
    expect(found.metrics[0].value).toBeCloseTo(Math.hypot(...errors) / Math.sqrt(COUNT), 5);
    expect(found.metrics[1]!.value).toBeCloseTo(errors.reduce((sum, error) => sum + Math.abs(error), 0) / COUNT, 5);
    expect((await ask('evaluate', 'regression', ...BLOBS)).failure).toMatch(/images of the dataset are 28x28x1/);
  });

  it('regression: the epoch with the least error is taken, and a target of an error is kept', async () => {
    const x = wave(COUNT * 4 * 8, 1);
    const y = Float32Array.from({ length: COUNT * 4 }, (_, i) => x[8 * i]! - 0.5 * x[8 * i + 1]!);
    const shape = [COUNT * 4];
    const data = await npz('learnable', {
      x_train: { values: x, shape: [...shape, 8] },
      y_train: { values: y, shape },
    });
    const trained = z.object({ out: z.string(), epochs: z.array(EpochRecord), best: EpochRecord });
    const steps = ['--epochs', '6', '--batch-size', '16', '--learning-rate', '0.01', '--schedule', 'constant'];
    const { out, epochs, best } = await answer(trained, 'finetune', 'regression', ...steps, ...data, '--out', newOut());
    const errors = epochs.map(({ validation }) => validation[0].value);
    expect(best.validation[0]).toEqual({ name: 'rmse', value: Math.min(...errors), better: 'lower' });
    expect(best).not.toHaveProperty('validationAccuracy');
    const bound = Number((1.5 * best.validation[0].value).toPrecision(3));
    const folderOf = ['--out', newOut()];
    const found = await answer(RunResult, 'target', out, '--metric', `rmse<=${bound}`, ...data, ...folderOf);
    const [step] = found.steps;
    if (step?.step !== 'target') throw new Error('no target was sought');
    const { points, chosen } = step.curve;
    const plans = points.map(({ metrics }) => metrics[0].value);
    expect(plans[chosen]).toBeLessThanOrEqual(bound);
    for (const error of plans.slice(chosen + 1)) expect(error).toBeGreaterThan(bound);
    expect(points[chosen]!.gzipBytes).toBeLessThan(step.curve.baseline.gzipBytes);
    expect(found.metrics.afterPrune![0].value).toBeCloseTo(plans[chosen]!, 5);
    expect(found.accuracy).toMatchObject({ before: null, afterPrune: null });
    const { failure } = await ask('target', out, '--accuracy', '0.9', ...data, '--out', newOut());
    expect(failure).toMatch(
      /^The target names accuracy, which is not measured .*: choose one of rmse, mae, r2, loss\.$/,
    );
  });

  it('autoencoder: is measured and trained by the error of its reproduction', async () => {
    const before = await evaluation('autoencoder', ...BLOBS);
    expect(metricsOf(before)).toEqual(['rmse', 'psnr', 'mae', 'loss']);
    expect(before.metrics[0].value ** 2).toBeCloseTo(before.loss, 6);
    expect(before.normalization).toMatchObject({ mean: 0, std: 1, from: 'output' });
    const { failure, stdout } = await ask('finetune', 'autoencoder', '--epochs', '1', ...BLOBS, '--out', newOut(), '--json'); // prettier-ignore
    expect(failure).toBeUndefined();
    const { out } = z.object({ out: z.string() }).parse(JSON.parse(stdout));
    const after = await evaluation(out, ...BLOBS);
    expect(after.loss).toBeLessThan(before.loss);
    expect(after.normalization?.from).toBe('stored');
  });

  it('multi-io: each output has its own metrics, and one without data is named', async () => {
    const data = await npz('tickets', {
      title_test: { values: wave(COUNT * 16, 1), shape: [COUNT, 16] },
      tags_test: { values: wave(COUNT * 5, 2), shape: [COUNT, 5] },
      priority_test: { values: classes(2), shape: [COUNT] },
      dept_test: { values: classes(4), shape: [COUNT] },
    });
    const found = await evaluation('multi-io', ...data);
    expect(metricsOf(found)).toEqual([
      ...['loss', 'priority accuracy', 'priority macro-f1', 'priority auc', 'priority loss'],
      ...['dept accuracy', 'dept macro-f1', 'dept loss'],
    ]);
    const own = found.metrics.filter(({ name, output }) => name === 'loss' && output !== undefined);
    expect(found.loss).toBeCloseTo(
      own.reduce((sum, { value }) => sum + value, 0),
      6,
    );
    const out = newOut();
    for (const command of ['evaluate', 'sensitivity', 'finetune']) {
      const more = command === 'finetune' ? ['--epochs', '1', '--out', out] : [];
      const { failure } = await ask(command, 'multi-io', ...BLOBS, ...more);
      expect(failure).toMatch(/^The model has an input "title", but the data has no array of that name/);
    }
    expect(await readdir(folder)).not.toContain(path.basename(out));
  });
});

describe('every weight is accounted for', () => {
  it('v3-index-names: what is written is what was trained, and every layer is cut by itself', async () => {
    const { out, accuracy } = await tuned('v3-index-names', '--learning-rate', '0.01');
    expect(accuracy.afterFineTune).toBe(1);
    const [before, after] = await Promise.all(
      [path.join(CASES, 'v3-index-names', 'model.json'), out].map((file) => readCheckpoint(file)),
    );
    for (const name of ['d1/0', 'd1/1', 'out/0', 'out/1'])
      expect(after!.tensors.get(name)!.data).not.toEqual(before!.tensors.get(name)!.data);
    const scan = ['--samples', '100', '--sparsities', '0.99'];
    const { layers } = await answer(Sensitivity, 'sensitivity', 'v3-index-names', ...BLOBS, ...scan);
    const accuracies = layers.flatMap(({ points }) => points.map((point) => point.metrics[0].value));
    expect(accuracies).toHaveLength(2);
    expect(Math.min(...accuracies)).toBeLessThan(0.5);
  });

  it('an archive of Keras: its weights are found by their places, and its training state is left out', async () => {
    const archive = path.join('..', 'keras', 'archive');
    const { loss, accuracy } = await evaluation(archive, ...BLOBS, ...UNIT_PIXELS);
    // As Keras 3 computes them.
    expect(loss).toBeCloseTo(5.3557143, 5);
    expect(accuracy).toBe(0.1);
    const { out, layers, notes } = await pruned(archive, '0.5');
    expect(notes).toEqual([
      expect.stringMatching(/^The state of the optimizer \(\d+ tensors\) is left out, [a-z ]+ no more\.$/),
    ]);
    expect(layers.filter(({ state }) => state === 'pruned')).toHaveLength(9);
    const after = await readCheckpoint(out);
    expect([...after.tensors.keys()].every((name) => name.startsWith('layers/'))).toBe(true);
    expect(await evaluation(out, ...BLOBS, ...UNIT_PIXELS)).toMatchObject({ samples: 400 });
  });

  it('frozen-flat: what the table says is what the file holds', async () => {
    const { out, layers, totals } = await tuned('frozen-flat', '--normalization', '[-1,1]', '--gradual', '0.9');
    const file = await inspected(out);
    const figures = (rows: readonly { name: string; nonzero: number; sparsity: number | null }[]) =>
      rows.map(({ name, nonzero, sparsity }) => ({ name, nonzero, sparsity }));
    expect(figures(layers)).toEqual(figures(file.layers));
    expect(totals.after).toEqual(expect.objectContaining({ nonzero: file.totals.nonzero }));
    expect(totals.after.sparsity).toBeCloseTo(0.9, 3);
    const { tensors } = await readCheckpoint(out);
    for (const { name, nonzero } of layers) {
      const own = [...tensors.values()].filter((tensor) => tensor.name.startsWith(`${name}/`));
      expect(own.flatMap(({ data }) => [...data]).filter((weight) => weight !== 0)).toHaveLength(nonzero);
    }
  });

  it('shared-layer: each call counts', async () => {
    expect((await inspected(path.join(CASES, 'shared-layer'))).totals.macs).toBe(27_456);
  });

  it('custom: pruned with the true reason for no accuracy; the layer that stops a removal is named', async () => {
    const { noAccuracy, totals } = await pruned('custom', '0.5', ...BLOBS);
    expect(noAccuracy).toMatch(/^The layer "antirect" has the type "Antirectifier", which TensorFlow.js does not know/);
    expect(totals.after.sparsity).toBe(0.5);
    const { failure } = await ask('remove', 'custom', '--channels', '0.5', '--out', newOut());
    expect(failure).toMatch(/the layer "antirect" \(type Antirectifier\) stops the removal/);
  });
});

describe('what a file keeps', () => {
  it('graph-two-heads: its signature, its depthwise kernel and its constants', async () => {
    const { out, layers } = await pruned('graph-two-heads', '0.8');
    const [before, after] = await Promise.all(
      [path.join(CASES, 'graph-two-heads', 'model.json'), out].map((file) => readCheckpoint(file)),
    );
    expect(after!.json).toMatchObject({ signature: before!.described!['signature'] });
    for (const name of ['net/dw/depthwise/ReadVariableOp', 'net/mean/axes', 'Postprocessor/anchors'])
      expect(after!.tensors.get(name)!.data).toEqual(before!.tensors.get(name)!.data);
    const reasons = layers.filter(({ state }) => state === 'protected').map(({ reason }) => reason);
    expect(reasons).toEqual([
      expect.stringMatching(/^depthwise kernels are not pruned/),
      expect.stringMatching(/^int32 weights are not pruned/),
      expect.stringMatching(/^read by AddV2/),
    ]);
  });

  it('q8old-bn-dropout: stays quantized, with the zero moved onto the grid', async () => {
    const { out, notes } = await pruned('q8old-bn-dropout', '0.6');
    expect(notes).toEqual([expect.stringMatching(/^The grid of 4 quantized tensors had no exact 0 and was moved/)]);
    const { files, tensors } = await readCheckpoint(out);
    expect([...tensors.values()].every(({ quantization }) => quantization?.dtype === 'uint8')).toBe(true);
    expect(files.filter(({ name }) => name.endsWith('.bin')).map(({ bytes }) => bytes)).toEqual([26_786]);
  });

  it('no-weights-empty: one sentence, and nothing written', async () => {
    const out = newOut();
    const { failure } = await ask('prune', 'no-weights-empty', '--sparsity', '0.5', '--out', out);
    expect(failure).toMatch(/^"model\.json" has layers but no weights \(its weightsManifest is empty\): /);
    expect(await readdir(folder)).not.toContain(path.basename(out));
  });
});

describe('hostile descriptions', () => {
  it.each([
    ['spin', /two of its layers are called "f"/],
    ['wait', /the layer "o" waits for "x", which is never called/],
    ['units-1e9', /the layer "hidden" has the size 1000000000 as its units/],
  ])(
    '%s: refused in one sentence by every command',
    async (name, sentence) => {
      const at = path.join('hostile', name);
      for (const refused of [
        await ask('inspect', at),
        await ask('evaluate', at, ...BLOBS),
        await ask('prune', at, '--sparsity', '0.5', '--out', newOut()),
        await ask('remove', at, '--channels', '0.5', '--dry-run'),
        await ask('latency', at),
      ]) {
        expect(refused.failure).toMatch(sentence);
        expect(refused.failure).toMatch(ONE_SENTENCE);
      }
    },
    PATIENCE,
  );

  it('esc: no escape of its names reaches the terminal', async () => {
    const at = path.join('hostile', 'esc');
    for (const { stdout, stderr } of [
      await ask('inspect', at, '--histograms'),
      await ask('evaluate', at, ...BLOBS),
      await ask('prune', at, '--sparsity', '0.5', '--out', newOut()),
      await ask('prune', at, '--sparsity', '0.5', '--dry-run'),
      await ask('remove', at, '--channels', '0.5', '--dry-run'),
      await ask('compare', at, path.join(CASES, 'rescaling')),
      await ask('latency', at),
      await ask('prune', at, '--sparsity', '0.5', '--protect', 'x', '--dry-run'),
    ]) {
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it(
    'redos: a pattern of many stars is matched in no time, against a name that nearly fits',
    async () => {
      const recipe = path.join(CASES, 'hostile', 'redos.json');
      const { steps } = z
        .object({ steps: z.tuple([z.object({ protect: z.tuple([z.string()]) })]) })
        .parse(JSON.parse(await readFile(recipe, 'utf8')));
      const file = path.join(folder, 'long', 'model.json');
      await mkdir(path.dirname(file));
      await copyFile(path.join(CASES, 'v3-index-names', 'weights.bin'), path.join(folder, 'long', 'weights.bin'));
      const text = await readFile(path.join(CASES, 'v3-index-names', 'model.json'), 'utf8');
      await writeFile(file, text.replaceAll('d1', 'a'.repeat(200)));
      const [pattern] = steps[0].protect;
      const { failure } = await secateur('prune', file, '--sparsity', '0.5', '--protect', pattern, '--dry-run');
      expect(failure).toMatch(ONE_SENTENCE);
      expect(failure).toContain('names no layer of the model');
    },
    PATIENCE,
  );
});
