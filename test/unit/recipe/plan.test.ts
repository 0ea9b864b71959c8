import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createService } from '../../../src/engine/requests/service';
import { readProvenance } from '../../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { calibrate } from '../../../src/engine/compress/prune/calibrate';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toNetwork } from '../../../src/engine/model/runnable';
import { engineRequests } from '../../../src/protocol/engine';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { Replacement, StepPlan, type PlanBytes, type PlanPart } from '../../../src/protocol/plan';
import type { RecipeStepInput } from '../../../src/protocol/steps';
import type { RunResult } from '../../../src/protocol/run';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { tinyNetwork } from '../train/tiny';

vi.mock('../../../src/engine/backend-choice/choose', () => ({
  BackendUnavailable: class extends Error {},
  chooseBackend: () => Promise.resolve({ name: 'cpu', version: '4.22.0', threads: 1 }),
}));
vi.mock('../../../src/engine/measure/evaluate', { spy: true });
vi.mock('../../../src/engine/compress/prune/calibrate', { spy: true });
vi.mock('../../../src/engine/model/runnable', { spy: true });

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => vi.clearAllMocks());

const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
const remove = { step: 'remove', amount: { channels: 0.5 }, scope: 'layer' } as const;

/** A convolution with batch normalization and an output layer, the convolution half pruned already. */
function network(): tfLayers.LayersModel {
  const model = tfLayers.sequential({
    layers: [
      tfLayers.layers.conv2d({ name: 'conv', inputShape: [6, 6, 1], filters: 4, kernelSize: 3 }),
      tfLayers.layers.batchNormalization({ name: 'norm' }),
      tfLayers.layers.reLU({ name: 'relu' }),
      tfLayers.layers.flatten({ name: 'flat' }),
      tfLayers.layers.dense({ name: 'out', units: 3 }),
    ],
  });
  return model;
}

/** An engine with a checkpoint and a dataset, and what it is asked. */
async function world(build: () => tfLayers.LayersModel = () => tinyNetwork(1)) {
  const folder = await temporaryFolder();
  const service = createService('engine.js', () => undefined);
  const context = { signal: new AbortController().signal, report: () => undefined };
  const places = { sampleFolder: path.join(folder, 'none'), cacheFolder: path.join(folder, 'none') };
  await service.initialize({ ...places, threads: 1, backend: 'auto' }, context);
  const source = path.join(folder, 'shapes');
  await writeTinyDataset(source, { train: 240, test: 90, size: 6, classes: 3 });
  const running = build();
  await writeCheckpoint(path.join(folder, 'net'), fromLayersModel(running));
  running.dispose();
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const model = at('net', 'model.json');
  const data = { format: 'idx' as const, source, normalization: { mean: 0.5, std: 0.5 }, splitSeed: 0 };
  const plan = async (
    step: RecipeStepInput,
    more: {
      data?: typeof data;
      model?: string;
      packed?: boolean;
      signal?: AbortSignal;
      onPart?: (part: PlanPart) => void;
    } = {},
  ): Promise<StepPlan> => {
    const { signal = context.signal, onPart = () => undefined, ...asked } = more;
    const params = engineRequests.plan.params.parse({ model, step, ...asked });
    return StepPlan.parse(await service.plan(params, { signal, report: onPart }));
  };
  const run = async (out: string, step: RecipeStepInput, more: { data?: typeof data } = {}): Promise<RunResult> => {
    const recipe = { recipeVersion: 1, checkpoint: model, steps: [step], ...more };
    return service.run(engineRequests.run.params.parse({ recipe, baseFolder: folder, out: at(out) }), context);
  };
  return { service, context, folder, at, model, data, plan, run };
}

/** The counts of each layer after a step, by what a run tells of its files. */
const afterOf = ({ counts }: StepPlan) =>
  counts.layers.map(({ name, type, after: { params, nonzero, sparsity, macs } }) => ({
    ...{ name, type, params, nonzero, sparsity, macs },
  }));
const writtenBy = ({ layers = [] }: RunResult) =>
  layers.map(({ name, type, params, nonzero, sparsity, macs }) => ({ name, type, params, nonzero, sparsity, macs }));

function expectSame(plan: StepPlan, result: RunResult): void {
  expect(afterOf(plan)).toEqual(writtenBy(result));
  const { nonzeroMacs, ...after } = plan.counts.totals.after;
  const { nonzeroMacs: before, ...rest } = plan.counts.totals.before;
  expect(result.after).toMatchObject({ ...after, ...plan.bytes.after });
  expect(result.before).toMatchObject({ ...rest, ...plan.bytes.before });
  expect([typeof nonzeroMacs, typeof before]).toEqual(['number', 'number']);
}

describe('a plan is what the run comes to, read back from its files', () => {
  it.each<RecipeStepInput>([
    prune,
    { ...prune, score: 'lamp', protect: ['out'], amount: { sparsity: 0.1 } },
    { ...prune, granularity: 'filter', scope: 'layer' },
    { ...prune, score: 'random' },
    remove,
    { step: 'remove', amount: { macs: 0.4 }, score: 'l2' },
  ])('%j', async (step) => {
    const { plan, run } = await world(network);
    const parts: PlanPart[] = [];
    const planned = await plan(step, { packed: true, onPart: (part) => parts.push(part) });
    expect(planned.bytes.after?.packedBytes).toBeGreaterThan(0);
    expectSame(planned, await run('out', step));
    // The bytes of a packed file come last, because they take longest.
    const { before, after, layers } = planned.bytes;
    const files = ({ bytes, gzipBytes }: PlanBytes['before']) => ({ bytes, gzipBytes });
    expect(parts).toEqual([
      { part: 'counts', counts: planned.counts },
      { part: 'bytes', bytes: { before: files(before), after: after && files(after), layers } },
    ]);
    expect((await plan(step)).bytes).toEqual({ before: files(before), after: after && files(after), layers });
  });

  it('of layers that others replace, with and without data', async () => {
    const { plan, run, data } = await world(() =>
      tfLayers.sequential({
        layers: [
          tfLayers.layers.conv2d({ name: 'conv', inputShape: [6, 6, 1], filters: 6, kernelSize: 3, padding: 'same' }),
          tfLayers.layers.conv2d({ name: 'wide', filters: 8, kernelSize: 3, activation: 'relu' }),
          tfLayers.layers.flatten({ name: 'flat' }),
          tfLayers.layers.dense({ name: 'out', units: 3 }),
        ],
      }),
    );
    const step: RecipeStepInput = { step: 'compact', amount: { macs: 0.4 }, layers: ['wide'], samples: 60 };
    for (const more of [{}, { data }]) {
      const out = 'data' in more ? 'with' : 'without';
      const [planned, result] = [await plan(step, more), await run(out, step, more)];
      const { nonzeroMacs: _, ...after } = planned.counts.totals.after;
      expect(result.after).toMatchObject(after);
      // A run with data notes more in model.json.
      if (out === 'without') expect(result.after).toMatchObject({ ...planned.bytes.after });
      const [wide] = planned.counts.layers.filter(({ state }) => state === 'replaced');
      const made = (result.layers ?? []).filter(({ name }) => name.startsWith('wide_'));
      expect(wide!.becomes!.map(({ name, params, macs }) => ({ name, params, macs }))).toEqual(
        made.map(({ name, params, macs }) => ({ name, params, macs })),
      );
      expect(wide!.after.params).toBe(made.reduce((sum, { params }) => sum + params, 0));
      const [told] = result.steps;
      expect(told).toMatchObject({ step: 'compact', difference: planned.difference });
    }
  });

  it.each<RecipeStepInput>([
    { step: 'merge' },
    { step: 'factorize', amount: { params: 0.5 } },
    { step: 'factorize', ranks: { conv: 2 } },
  ])('where layers are replaced: %j', async (step) => {
    const { plan, run, data } = await world(network);
    const [planned, result] = [await plan(step, { data }), await run('out', step, { data })];
    expect(planned.kind).toBe('layers');
    const { nonzeroMacs: _, ...after } = planned.counts.totals.after;
    expect(result.after).toMatchObject(after);
    // Each layer of the file is that of a row, or one of those in its place.
    const rows = planned.counts.layers.filter(({ state }) => state !== 'merged' && state !== 'dropped');
    const made = rows.flatMap((row) => row.becomes ?? [{ name: row.name, type: row.type, params: row.after.params }]);
    expect(made).toMatchObject((result.layers ?? []).map(({ name, type, params }) => ({ name, type, params })));
    expect(planned.bytes.layers.reduce((sum, layer) => sum + layer.after!, 0)).toBe(4 * result.after.params);
    const [told] = result.steps;
    // The plan knows the facts about each layer that the run tells.
    const layers = (told && 'layers' in told && told.layers) || [];
    const asTold = layers.map((layer) => Replacement.parse(layer));
    expect(planned.counts.layers.map((layer) => Replacement.parse(layer))).toEqual(asTold);
    if (step.step === 'factorize')
      expect(asTold.filter(({ ranks, outputError }) => ranks && outputError)).not.toEqual([]);
    const { difference } = told && 'difference' in told ? told : { difference: null };
    expect(planned.difference).toEqual(difference);
    expect(difference).toMatchObject({ on: 'validation', samples: 20 });
    const written = await readCheckpoint(result.out);
    expect(readProvenance(written)!.removals).toEqual([{ after: `step 1, ${step.step}`, ...difference }]);
  });

  it('with scores from training images, and weights fitted anew', async () => {
    const { plan, run, data } = await world();
    for (const score of ['wanda', 'obc'] as const) {
      const step = { ...prune, score, samples: 100 };
      const [planned, result] = [await plan(step, { data }), await run(score, step, { data })];
      expect(afterOf(planned)).toEqual(writtenBy(result));
    }
  });

  it('of a quantized model: what its grid makes 0, and the files that grow', async () => {
    const { plan, run, at, model, data } = await world();
    const { tensors, ...content } = await readCheckpoint(model);
    const quantization = { dtype: 'uint8', min: -0.5, scale: 1 / 255 } as const;
    const kernels = [...tensors].map(([name, tensor]) => [
      name,
      name.endsWith('kernel')
        ? {
            ...tensor,
            data: Float32Array.from(tensor.data, (_, i) => Math.fround(((i * 37) % 256) * (1 / 255) - 0.5)),
            quantization,
          }
        : tensor,
    ]) as [string, never][];
    await writeCheckpoint(at('net'), { ...content, tensors: new Map(kernels) });
    const stored = await readCheckpoint(model);
    expect([...stored.tensors.values()].some((tensor) => tensor.quantization)).toBe(true);
    for (const [out, step] of [['p', prune] as const, ['r', remove] as const]) {
      const [planned, result] = [await plan(step), await run(out, step)];
      expectSame(planned, result);
      expect(planned.notes).toEqual(result.notes);
    }
    const [conv] = (await plan(prune)).bytes.layers;
    // A byte for each of 36 weights, of which none or few are 0, and four for each of the biases, all of which are.
    expect(conv!.before).toBeLessThanOrEqual(36);
    const kept = { step: 'finetune', epochs: 1 } as const;
    expect((await plan(kept)).notes).toBeUndefined();
    const finetune = { ...kept, values: 'free' } as const;
    const grown =
      /^2 quantized tensors of the checkpoint may leave the grid .* the files grow by up to [\d,]+ bytes\.$/;
    expect((await plan(finetune)).notes).toEqual([expect.stringMatching(grown)]);
    expect((await run('f', finetune, { data })).notes).toContainEqual(expect.stringMatching(grown));
  });
});

describe('constraints of weights', () => {
  const constrained = (): tfLayers.LayersModel => {
    const inner = tfLayers.layers.dense({ units: 4, kernelConstraint: 'unitNorm', name: 'inner' });
    return tfLayers.sequential({
      layers: [
        tfLayers.layers.reshape({ name: 'rows', targetShape: [6, 6], inputShape: [6, 6, 1] }),
        tfLayers.layers.timeDistributed({ name: 'each', layer: inner }),
        tfLayers.layers.flatten({ name: 'flat' }),
        tfLayers.layers.dense({ name: 'out', units: 3, biasConstraint: 'nonNeg', kernelConstraint: 'nonNeg' }),
      ],
    });
  };
  const note = 'Training does not apply the weight constraints of the layer "each" and 1 more.';

  it('are told where a model is trained', async () => {
    const { plan, run, data } = await world(constrained);
    const finetune = { step: 'finetune', epochs: 1 } as const;
    expect((await plan(finetune)).notes).toEqual([note]);
    expect((await run('f', finetune, { data })).notes).toEqual([note]);
    expect((await plan(prune)).notes).toBeUndefined();
  });
});

describe('every step has a plan', () => {
  it('of counts that stay, where it compresses nothing, and of the accuracy as it is', async () => {
    const { plan, data, folder } = await world(network);
    const before = await readdir(folder, { recursive: true });
    for (const step of ['finetune', 'recalibrate', 'evaluate'] as const) {
      const { kind, counts, bytes, metrics } = await plan({ step }, { data });
      expect(kind).toBe('same');
      for (const layer of counts.layers) expect([layer.state, layer.after]).toEqual(['kept', layer.before]);
      expect(counts.totals.after).toEqual(counts.totals.before);
      expect(bytes.after).toEqual(step === 'evaluate' ? bytes.before : null);
      expect(metrics).toMatchObject({ after: step === 'evaluate' ? metrics!.before : null, samples: 20 });
    }
    const target = await plan({ step: 'target', goal: { accuracy: 0.5 } }, { data });
    expect(target.notes).toEqual(['How much is pruned in each layer is found while the step runs.']);
    expect(target.metrics?.after).toBeNull();
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it('of zeros, where it prunes while it trains', async () => {
    const { plan, run, data } = await world();
    const step = { step: 'finetune', epochs: 1, gradual: { sparsity: 0.75 } } as const;
    const planned = await plan(step);
    expect(planned).toMatchObject({ kind: 'zeros', bytes: { after: null }, noAccuracy: 'no dataset chosen' });
    expect(planned.counts.layers.map(({ name, state }) => [name, state])).toEqual([
      ['conv', 'pruned'],
      ['flat', 'skipped'],
      ['out', 'pruned'],
    ]);
    expect(planned.counts.totals.after.sparsity).toBe((await run('out', step, { data })).after.sparsity);
    const train = await plan({ step: 'train', architecture: 'lenet-300-100', gradual: { sparsity: 0.5 } });
    expect(train.counts.totals.after.sparsity).toBeCloseTo(0.5, 4);
    expect(train).toMatchObject({ metrics: null, noAccuracy: 'the network is random until it is trained' });
  });

  it('of a rewind, from the folder of the model', async () => {
    const { plan, run, at, data } = await world();
    const early = tinyNetwork(2);
    await writeCheckpoint(at('net', 'early'), fromLayersModel(early));
    early.dispose();
    const step = { step: 'rewind', to: 'early/model.json' } as const;
    const planned = await plan(step, { data });
    expect(planned.metrics!.after).not.toBeNull();
    expect(planned.metrics!.after).not.toEqual((await plan({ step: 'evaluate' }, { data })).metrics!.after);
    const rewound = await run('out', { ...step, to: 'net/early/model.json' });
    expect(afterOf(planned)).toEqual(writtenBy(rewound));
    await expect(plan({ step: 'rewind', to: 3 })).rejects.toThrow(/^The rewind step goes back to epoch 3, but/);
    await expect(plan({ step: 'rewind', to: 'none' })).rejects.toThrow(UserError);
  });

  it('or a sentence, where it does not fit the model', async () => {
    const { plan } = await world();
    for (const [step, why] of [
      [{ step: 'recalibrate' }, /^The model has no batch normalization/],
      [{ step: 'prune' }, /^The prune step does not say how much to prune/],
      [{ step: 'remove' }, /^The remove step does not say how much to remove/],
      [
        { step: 'finetune', epochs: 1, gradual: { sparsity: 0.5, from: 1, to: 0 } },
        /^The finetune step has a schedule/,
      ],
      [{ ...prune, layers: { none: { sparsity: 0.5 } } }, /"none"/],
      [{ ...prune, score: 'taylor' }, /^The score taylor needs a dataset: choose one/],
      [{ ...remove, score: 'taylor' }, /^The score taylor needs a dataset: choose one/],
    ] satisfies [RecipeStepInput, RegExp][])
      await expect(plan(step)).rejects.toThrow(why);
  });
});

describe('a plan', () => {
  it('counts and sizes without a network, where there is no data', async () => {
    const { plan } = await world();
    vi.mocked(toNetwork).mockClear();
    expect(await plan(prune)).toMatchObject({ metrics: null, noAccuracy: 'no dataset chosen' });
    await plan({ step: 'finetune', gradual: { sparsity: 0.5 } });
    expect(toNetwork).not.toHaveBeenCalled();
  });

  it('measures the model as it is only once, and each plan on its own weights', async () => {
    const { plan, data } = await world();
    const at = (sparsity: number) => plan({ ...prune, amount: { sparsity } }, { data });
    const [little, much] = await Promise.all([at(0.1), at(0.95)]);
    expect(evaluateModel).toHaveBeenCalledTimes(3);
    expect(little.metrics!.before).toEqual(much.metrics!.before);
    expect(little.metrics!.after).not.toEqual(much.metrics!.after);
    expect((await at(0.1)).metrics).toEqual(little.metrics);
    expect(evaluateModel).toHaveBeenCalledTimes(4);
  });

  it('stops when it is cancelled, and the next one is not the worse for it', async () => {
    const { plan, data } = await world();
    const abort = new AbortController();
    const parts: string[] = [];
    const stopped = plan(prune, {
      data,
      signal: abort.signal,
      onPart: ({ part }) => {
        parts.push(part);
        abort.abort();
      },
    });
    const next = plan(prune, { data });
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    expect(parts).toEqual(['counts']);
    expect((await next).metrics).toMatchObject({ samples: 20 });
  });

  it('says why there is no accuracy, and still counts', async () => {
    const { plan, at, data } = await world();
    const missing = await plan(prune, { data: { ...data, source: at('nowhere') } });
    expect(missing).toMatchObject({ metrics: null, counts: { totals: { after: { sparsity: 0.5 } } } });
    expect(missing.noAccuracy).toMatch(/nowhere/);
    vi.mocked(evaluateModel).mockRejectedValueOnce(new UserError('The images do not fit.'));
    expect((await plan(prune, { data })).noAccuracy).toBe('The images do not fit.');
    vi.mocked(evaluateModel).mockRejectedValueOnce(new Error('a fault'));
    await expect(plan(prune, { data })).rejects.toThrow('a fault');
  });

  it('looks at the training images once for all amounts, also where the first look was cancelled', async () => {
    const { plan, data } = await world();
    const at = (sparsity: number, signal?: AbortSignal) =>
      plan({ ...prune, score: 'wanda', samples: 200, amount: { sparsity } }, { data, ...(signal ? { signal } : {}) });
    const abort = new AbortController();
    const [stopped, first] = [at(0.5, abort.signal), at(0.5)];
    abort.abort();
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    expect((await first).counts.totals.after.sparsity).toBe(0.5);
    const looks = vi.mocked(calibrate).mock.calls.length;
    expect((await at(0.75)).counts.totals.after.sparsity).toBeCloseTo(0.75, 2);
    expect(calibrate).toHaveBeenCalledTimes(looks);
  });

  it('leaves no tensor behind once the checkpoint is released', async () => {
    const { plan, data, service, context, model } = await world();
    const before = tf.memory().numTensors;
    for (const step of [prune, remove]) await plan(step, { data });
    await service.release({ model }, context);
    await new Promise(setImmediate);
    expect(tf.memory().numTensors).toBe(before);
  });
});
