import { createHash } from 'node:crypto';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured } from '../../../src/protocol/metric';
import { tf } from '../../../src/engine/tf';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { createMethod } from '../../../src/engine/compress/create-method';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { prunedTensors } from '../../../src/engine/compress/prune/apply';
import type { Dataset } from '../../../src/engine/dataset/open-data';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { Sample } from '../../../src/engine/measure/sample';
import { sensitivityCsv } from '../../../src/engine/measure/sensitivity/csv';
import type { LayerCompressor } from '../../../src/engine/measure/sensitivity/compressor';
import { OutputFolder } from '../../../src/engine/folder/output-folder';
import { StoredPoints, type ScanIdentity } from '../../../src/engine/measure/sensitivity/points';
import { scanSensitivity, type KnownPoints, type ScanInput } from '../../../src/engine/measure/sensitivity/scan';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toNetwork } from '../../../src/engine/model/runnable';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { scanAmounts, type SensitivityPart } from '../../../src/protocol/measure/sensitivity';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { temporaryFolder } from '../temporary';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

const SPARSITIES = [0.5, 0.9, 1];

/** A network that finds the rows which its class lights up, so that there is accuracy to lose. */
function sharpNetwork(): ModelContent {
  const model = tinyNetwork(3);
  const [conv, , out] = model.layers;
  // Four equal filters that see only the middle row of their window: rows 1 to 4 of the image.
  const kernel = Array.from({ length: 36 }, (_, i) => (Math.floor(i / 12) === 1 ? 1 : 0.01));
  conv!.setWeights([tf.tensor(kernel, [3, 3, 1, 4]), tf.zeros([4])]);
  const dense = Array.from({ length: 64 * 3 }, (_, i) =>
    (Math.floor(Math.floor(i / 3) / 16) + 1) % 3 === i % 3 ? 0.2 : -0.1,
  );
  out!.setWeights([tf.tensor(dense, [64, 3]), tf.zeros([3])]);
  const content = fromLayersModel(model);
  model.dispose();
  return content;
}

async function input(model: ModelContent, more: Partial<ScanInput> = {}): Promise<ScanInput & { data: Dataset }> {
  const data = await tinyDataset();
  const signal = new AbortController().signal;
  const { compressor } = await createMethod(model, { by: 'prune', score: 'magnitude' }, { data, seed: 0, signal });
  const sample = new Sample(data.split('validation'), 2000);
  return {
    model,
    compressor,
    sample,
    amounts: SPARSITIES,
    options: { by: 'prune', collapse: 1 },
    signal,
    data,
    ...more,
  };
}

const identity = { weightsHash: 'a', images: 'b', method: { score: 'magnitude' }, backend: 'cpu' };

describe('a sensitivity scan', () => {
  it('measures each layer pruned alone as evaluating such a model does, and changes nothing', async () => {
    const model = sharpNetwork();
    const before = [...model.tensors.values()].map(({ data }) => [...data]);
    const given = await input(model);
    const { baseline, layers } = await scanSensitivity(given);
    expect(layers.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ['conv', 'scanned', undefined],
      ['flat', 'skipped', 'it has no weights'],
      ['out', 'scanned', undefined],
    ]);
    const evaluate = async (content: ModelContent) => {
      const running = await toNetwork(content);
      const figures = await evaluateModel(running, given.data.split('validation'), {});
      running.dispose();
      return figures;
    };
    expect(baseline.accuracy).toBe((await evaluate(model)).accuracy);
    expect(baseline.accuracy).toBeGreaterThan(0.9);
    for (const { name, points } of layers.filter(({ state }) => state === 'scanned')) {
      expect(points.map(({ sparsity }) => sparsity)).toEqual(SPARSITIES);
      for (const { sparsity, reached, accuracy, loss, top5 } of points) {
        const plan = planPrune(model, PruneStep.parse({ step: 'prune', layers: { [name]: { sparsity } } }));
        const expected = await evaluate({ ...model, tensors: prunedTensors(model, plan) });
        expect([accuracy, top5]).toEqual([expected.accuracy, 1]);
        expect(loss).toBeCloseTo(expected.loss, 5);
        expect(reached).toBe(plan.layers.find((layer) => layer.name === name)?.sparsity);
      }
    }
    expect([...model.tensors.values()].map(({ data }) => [...data])).toEqual(before);
  });

  it('leaves a layer once it has collapsed, and says where', async () => {
    const parts: SensitivityPart[] = [];
    const model = sharpNetwork();
    const given = await input(model, { onPart: (part) => parts.push(part) });
    const [name, kernel] = [...model.tensors].find(([key]) => key.startsWith('conv'))!;
    const emptied = new Map(model.tensors).set(name, { ...kernel, data: new Float32Array(kernel.data.length) });
    const compressor: LayerCompressor = {
      ...given.compressor,
      compress: (layer, sparsity) =>
        layer === 'conv' && sparsity > 0.9
          ? { tensors: emptied, reached: sparsity }
          : given.compressor.compress(layer, sparsity),
    };
    const options = { by: 'prune' as const, collapse: 0.5 };
    const amounts = scanAmounts({ by: 'prune', sparsities: [0.99, 0.2, 0.95], bits: [] });
    const { layers } = await scanSensitivity({ ...given, compressor, options, amounts });
    const conv = layers.find(({ name }) => name === 'conv')!;
    expect(conv.points.map(({ sparsity }) => sparsity)).toEqual([0.2, 0.95]);
    expect(conv.collapsedAt).toBe(0.95);
    const points = parts.filter((part) => part.part === 'point');
    expect(points.filter(({ collapsed }) => collapsed).map(({ layer }) => layer)).toContain('conv');
    expect(parts[0]?.part).toBe('begin');
    const progress = parts.flatMap((part) => (part.part === 'progress' ? [part.progress] : []));
    expect(progress.every(({ done, total }) => done <= total)).toBe(true);
  });

  it('refuses a model without a layer to prune', async () => {
    const given = await input(sharpNetwork());
    const compressor = {
      ...given.compressor,
      layers: given.compressor.layers.filter(({ state }) => state !== 'scanned'),
    };
    await expect(scanSensitivity({ ...given, compressor })).rejects.toThrow(UserError);
  });
});

const openPoints = async (folder: string, of: ScanIdentity): Promise<StoredPoints> =>
  StoredPoints.open(await OutputFolder.locate(folder), '', of);

describe('the points of a scan', () => {
  it('are kept when it is cancelled, and used again: the rest is measured, the result is the same', async () => {
    const folder = await temporaryFolder();
    const model = sharpNetwork();
    const whole = await scanSensitivity(await input(model));
    const abort = new AbortController();
    let told = 0;
    const onPart = (part: SensitivityPart): void => {
      if (part.part === 'point' && ++told === 2) abort.abort();
    };
    const known = await openPoints(folder, identity);
    const stopped = scanSensitivity(await input(model, { known, onPart, signal: abort.signal }));
    await expect(stopped).rejects.toThrow(CancelledError);
    const again = await openPoints(folder, identity);
    const { reused, ...rest } = await scanSensitivity(await input(model, { known: again }));
    expect(reused).toBe(2);
    expect({ ...rest, seconds: 0 }).toEqual({ baseline: whole.baseline, layers: whole.layers, seconds: 0 });
  });

  it('outlive a line that was cut off, which is measured again', async () => {
    const folder = await temporaryFolder();
    const given = await input(sharpNetwork(), { known: await openPoints(folder, identity) });
    const whole = await scanSensitivity(given);
    const file = path.join(folder, 'sensitivity.points.jsonl');
    await truncate(file, (await readFile(file)).length - 10);
    // An earlier version wrote no metrics.
    const earlier = { layer: 'gone', point: { sparsity: 0.5, reached: 0.5, accuracy: 0.25, top5: 0.75, loss: 2 } };
    const check = createHash('sha256').update(JSON.stringify(earlier)).digest('hex').slice(0, 16);
    await appendFile(file, `\n${JSON.stringify({ ...earlier, check })}\n`);
    expect((await openPoints(folder, identity)).find('gone', 0.5)?.metrics).toEqual([
      measured('accuracy', 0.25),
      measured('top5', 0.75),
      measured('loss', 2),
    ]);
    for (const reused of [5, 6]) {
      const known = await openPoints(folder, identity);
      const again = await scanSensitivity({ ...given, known });
      expect([again.reused, again.layers]).toEqual([reused, whole.layers]);
    }
  });

  it.each([
    ['another scan', 'another model', { ...identity, weightsHash: 'z' }, ''],
    ['a damaged scan', 'damaged', identity, 'not a scan\n'],
  ])('of %s are refused and stay as they are', async (_, words, other, text) => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'sensitivity.points.jsonl');
    if (text === '') await (await openPoints(folder, identity)).keepBaseline(measurement([measured('accuracy', 1)], 0));
    else await writeFile(file, text);
    await appendFile(file, '');
    const before = await readFile(file, 'utf8');
    await expect(openPoints(folder, other)).rejects.toThrow(words);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('that prune the same weights as the one before are not measured again', async () => {
    const given = await input(sharpNetwork());
    let pruned = 0;
    const kept: string[] = [];
    const known: KnownPoints = {
      baseline: () => undefined,
      find: () => undefined,
      keepBaseline: () => Promise.resolve(),
      keep: (layer) => Promise.resolve(void kept.push(layer)),
    };
    const compressor = {
      ...given.compressor,
      compress: () => (pruned++, { tensors: given.model.tensors, reached: 0.5 }),
    };
    const { layers } = await scanSensitivity({ ...given, compressor, known });
    expect([pruned, kept.length]).toEqual([6, 6]);
    for (const { points } of layers) expect(new Set(points.map(({ loss }) => loss)).size).toBeLessThanOrEqual(1);
  });
});

it('is written with the columns of Distiller, in percent', () => {
  const layer = { size: 1, state: 'scanned' as const };
  const point = (sparsity: number, accuracy: number, top5: number, loss: number) => ({
    ...{ sparsity, reached: sparsity },
    ...measurement([measured('accuracy', accuracy), measured('top5', top5)], loss, top5),
  });
  const csv = sensitivityCsv({
    baseline: measurement([measured('accuracy', 1)], 0, 1),
    layers: [
      {
        ...layer,
        name: 'conv1',
        parameters: ['conv1/kernel'],
        points: [point(0.1, 0.9215, 0.999, 0.25), point(0.99, 0.1, 0.5, 2.5)],
      },
      { ...layer, name: 'flat', parameters: [], state: 'skipped', points: [] },
      {
        ...layer,
        name: 'odd',
        parameters: ['a,"b"/kernel'],
        points: [point(0.5, 1, 1, 0)],
      },
    ],
  });
  expect(csv).toBe(
    'parameter,sparsity,top1,top5,loss\nconv1/kernel,0.1,92.15,99.9,0.25\nconv1/kernel,0.99,10,50,2.5\n"a,""b""/kernel",0.5,100,100,0\n',
  );
});

it('is written with the metrics of another task', () => {
  const rmse = measurement([measured('rmse', 0.5), measured('auc', 0.75), measured('loss', 0.25)], 0.25);
  const points = [{ sparsity: 0.1, reached: 0.1, ...rmse }];
  const layers = [{ ...{ name: 'd', parameters: ['d/kernel'], size: 1 }, state: 'scanned' as const, points }];
  const two = measurement([measured('loss', 3), measured('mae', 2, 'age'), measured('loss', 1, 'age')], 3);
  const ofTwo = [{ ...layers[0]!, points: [{ sparsity: 0.1, reached: 0.1, ...two }] }];
  expect(sensitivityCsv({ baseline: two, layers: ofTwo })).toBe(
    'parameter,sparsity,age mae,age loss,loss\nd/kernel,0.1,2,1,3\n',
  );
  expect(sensitivityCsv({ baseline: rmse, layers })).toBe(
    'parameter,sparsity,rmse,auc,loss\nd/kernel,0.1,0.5,75,0.25\n',
  );
});
