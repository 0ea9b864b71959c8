import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Advice, AdviceOptions } from '../../../src/protocol/advice';
import { CancelledError } from '../../../src/protocol/errors';
import type { Sensitivity } from '../../../src/protocol/measure/sensitivity';
import { advise, type AdviseInput } from '../../../src/engine/advise/advise';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { withSession } from '../../../src/engine/checkpoint/store';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { evaluated } from '../../../src/engine/measure/evaluated';
import { figuresOf } from '../../../src/engine/measure/inspect';
import { layerTimes } from '../../../src/engine/measure/layer-times';
import type { KnownPoints } from '../../../src/engine/measure/sensitivity/scan';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { runRecipe } from '../../../src/engine/recipe/run';
import { tf } from '../../../src/engine/tf';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { tinyNetwork } from '../train/tiny';

const signal = new AbortController().signal;
const environment = (folder: string): AdviseInput['environment'] => ({
  version: '0.0.0',
  backend: { name: 'cpu', version: '0', threads: 1 },
  openData: () => openShapes(folder),
});

async function openShapes(folder: string) {
  const shapes = path.join(folder, 'shapes');
  return openDataset(
    { source: shapes, normalization: { mean: 0.5, std: 0.5 } },
    '/',
    { sampleFolder: path.join(folder, 'none'), cacheFolder: shapes },
    { download: false },
  );
}

let folder = '';
beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Advises on a trained small network, with its data or without. */
async function ask(
  options: Partial<AdviceOptions> = {},
  { data = true, known, aborted }: { data?: boolean; known?: AdviseInput['known']; aborted?: AbortSignal } = {},
): Promise<Advice> {
  folder = await temporaryFolder();
  await writeTinyDataset(path.join(folder, 'shapes'), { train: 240, test: 90, size: 6, classes: 3 });
  const network = tinyNetwork(1);
  // Rows of light tell the classes apart.
  const dense = Array.from({ length: 64 * 3 }, (_, i) => ((Math.floor(Math.floor(i / 3) / 16) + 1) % 3 === i % 3 ? 0.2 : -0.1) + 0.01 * Math.sin(i)); // prettier-ignore
  network.layers[0]!.setWeights([tf.tensor(Array.from({ length: 36 }, (_, i) => (Math.floor(i / 12) === 1 ? 1 : 0.01 * (i % 5))), [3, 3, 1, 4]), tf.zeros([4])]); // prettier-ignore
  network.layers[2]!.setWeights([tf.tensor(dense, [64, 3]), tf.zeros([3])]);
  await writeCheckpoint(path.join(folder, 'net'), fromLayersModel(network));
  network.dispose();
  const checkpoint = await readCheckpoint(path.join(folder, 'net', 'model.json'));
  const opened = (await (await openShapes(folder)).at(undefined)).under({ mean: 0.5, std: 0.5, from: 'given' });
  const reference = { source: path.join(folder, 'shapes'), normalization: { mean: 0.5, std: 0.5 } };
  const answer = await withSession(checkpoint, (session) =>
    advise({
      ...{ session, seed: 0, environment: environment(folder), signal: aborted ?? signal },
      options: AdviceOptions.parse({ try: 8, minutes: 1, ...options }),
      data: data ? { reference, dataset: opened } : null,
      known: known ?? (() => Promise.resolve(undefined)),
      onProgress: () => undefined,
    }),
  );
  // As it goes over the wire.
  return Advice.parse(JSON.parse(JSON.stringify(answer)));
}

describe('an advice', () => {
  it('tells of each layer its shares, what each method saves in it, and why one saves nothing', async () => {
    const { layers, now, budget, samples, normalization } = await ask();
    expect(layers.map(({ name }) => name)).toEqual(['conv', 'flat', 'out']);
    const sum = (of: (layer: (typeof layers)[number]) => number | null): number => layers.reduce((all, layer) => all + (of(layer) ?? 0), 0); // prettier-ignore
    for (const of of ['params', 'macs', 'time'] as const) expect(sum(({ shares }) => shares[of])).toBeCloseTo(1, 6);
    expect(sum(({ time }) => time?.milliseconds ?? 0)).toBeCloseTo(now.latency!.median, 6);
    const flat = layers[1]!;
    expect(flat.reason).toBe('it has no weights');
    expect(flat.savings.every(({ state, reason }) => state === 'cannot' && reason !== undefined)).toBe(true);
    const out = layers[2]!;
    expect(out.savings.find(({ method }) => method === 'remove')?.state).toBe('cannot');
    const bits = out.savings.find(({ method }) => method === 'quantize')!;
    expect(bits.state).toBe('offers');
    expect(bits.amount).toMatch(/^\d bits$/);
    expect(bits.saves!.bytes).toBeGreaterThan(0);
    expect(bits.metrics![0].value).toBeGreaterThanOrEqual(budget!.value);
    expect(samples).toBe(20);
    expect(normalization?.from).toBe('given');
  });

  it('measures what needs no training as a run of the recipe does, and marks what is estimated', async () => {
    const { recipes } = await ask();
    const plain = recipes.filter(({ seconds }) => seconds === 0);
    expect(plain.length).toBeGreaterThan(0);
    expect(recipes.length).toBeGreaterThan(plain.length);
    for (const { seconds, packedBytes, after, before } of recipes) {
      expect(packedBytes.measured).toBe(seconds === 0);
      expect(after?.from).toBe(seconds === 0 ? 'measured' : 'estimated');
      expect(before).not.toBeNull();
    }
    for (const [i, { steps, packedBytes, macs, params, after }] of plain.entries()) {
      const data = { source: 'shapes', normalization: { mean: 0.5, std: 0.5 } };
      const recipe = { recipeVersion: 1, checkpoint: 'net', data, seed: 0, steps } as const;
      const request = { recipe: { ...recipe, steps: [...steps] }, baseFolder: folder, out: path.join(folder, `run-${i}`), resume: false }; // prettier-ignore
      const result = await runRecipe(request, environment(folder), { signal, report: () => undefined });
      expect(result.steps.find((step) => step.step === 'pack')?.packed.bytes).toBe(packedBytes.value);
      const written = await readCheckpoint(result.out);
      expect(figuresOf(written).totals).toMatchObject({ macs, params });
      const opened = (await (await openShapes(folder)).at(undefined)).under({ mean: 0.5, std: 0.5, from: 'given' });
      const { metrics } = await evaluated(written, opened, { split: 'validation', samples: 1000, signal });
      expect(metrics[0].value).toBe(after!.metric.value);
    }
  });

  it('is about sizes and work alone without data, and says so', async () => {
    const { layers, recipes, now, noData, notes, budget } = await ask({}, { data: false });
    expect(noData).toBe('no dataset chosen');
    expect(notes.join(' ')).toContain('advice about sizes and work alone');
    expect(now.metrics).toBeNull();
    expect(budget).toBeNull();
    const offered = layers.flatMap(({ savings }) => savings.filter(({ state }) => state === 'offers'));
    expect(offered.length).toBeGreaterThan(3);
    expect(offered.every(({ metrics, saves }) => metrics === null && saves !== undefined)).toBe(true);
    expect(recipes.length).toBeGreaterThan(0);
    expect(recipes.every(({ seconds, after, before }) => seconds === 0 && after === null && before === null)).toBe(
      true,
    );
  });

  it('begins with a recipe that meets the goal, and says the best one where none does', async () => {
    const met = await ask({ goal: { macs: '60%' } });
    expect(met.shortfall).toBeUndefined();
    expect(met.recipes[0]?.meets).toBe(true);
    expect(met.recipes[0]?.best).toContain('best for the goal');
    expect(met.recipes[0]!.macs!).toBeLessThanOrEqual(0.6 * met.now.macs!);
    const missed = await ask({ goal: { bytes: 10 } });
    expect(missed.shortfall).toMatch(/^The goal of at most 10 B packed cannot be met: the best recipe found has [\d,.]+ k?B packed at a validation accuracy of ~?\d/); // prettier-ignore
    expect(missed.recipes.every(({ meets }) => meets === false)).toBe(true);
  });

  it('measures recipes that train briefly where that is asked for', async () => {
    const { recipes } = await ask({ measure: true, try: 4 });
    const trained = recipes.filter(({ seconds }) => seconds !== 0);
    expect(trained.length).toBeGreaterThan(0);
    expect(trained.every(({ after }) => after?.from === 'brief')).toBe(true);
  });

  it('keeps its points for a later one, which measures none of them again', async () => {
    const stores = new Map<string, Sensitivity['layers'][number]['points'] & object>();
    const baselines = new Map<string, unknown>();
    const known: AdviseInput['known'] = (method) => {
      const store: KnownPoints = {
        baseline: () => baselines.get(method) as ReturnType<KnownPoints['baseline']>,
        find: (layer, amount) => stores.get(`${method} ${layer} ${amount}`)?.[0],
        keepBaseline: (baseline) => Promise.resolve(void baselines.set(method, baseline)),
        keep: (layer, point) =>
          Promise.resolve(void stores.set(`${method} ${layer} ${point.bits ?? point.sparsity}`, [point])),
      };
      return Promise.resolve(store);
    };
    const first = await ask({ try: 1 }, { known });
    expect(first.reused).toBe(0);
    const second = await ask({ try: 1 }, { known });
    expect(second.reused).toBe(stores.size);
    const savings = ({ layers }: Advice) => layers.map((layer) => layer.savings);
    expect(savings(second)).toEqual(savings(first));
  });

  it('can be cancelled', async () => {
    await expect(ask({}, { aborted: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  });
});

describe('the times of layers', () => {
  it('are those of each layer that can run by itself', async () => {
    const network = tinyNetwork(2);
    const content = fromLayersModel(network);
    network.dispose();
    const times = await layerTimes(content, { signal });
    expect(times.map(({ name }) => name)).toEqual(['conv', 'flat', 'out']);
    for (const { milliseconds, noise } of times) {
      expect(milliseconds).toBeGreaterThan(0);
      expect(noise).toBeGreaterThanOrEqual(0);
    }
  });
});
