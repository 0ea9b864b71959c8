import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import { openDataset } from '../../../../src/engine/dataset/dataset';
import { evaluateModel } from '../../../../src/engine/measure/evaluate';
import { fitData } from '../../../../src/engine/measure/normalization/fit';
import { toNetwork } from '../../../../src/engine/model/runnable';
import { tf } from '../../../../src/engine/tf';

const folder = path.join(import.meta.dirname, '../../../fixtures/keras/several');
const Losses = z.object({ loss: z.number(), price_loss: z.number(), kind_loss: z.number(), tags_loss: z.number() });
const places = { sampleFolder: '/nowhere', cacheFolder: '/nowhere' };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('a model of Keras has the losses of its configuration, weighted as Keras weighs them', async () => {
  const expected = Losses.parse(JSON.parse(readFileSync(path.join(folder, 'losses.json'), 'utf8')));
  const content = await readCheckpoint(path.join(folder, 'model.json'));
  const network = await toNetwork(content);
  const data = await fitData(content, await openDataset('data.npz', folder, places, { download: false }), {
    lend: (work) => work(network),
  });
  const { loss, metrics, tasks } = await evaluateModel(network, data.split('test'), {});
  const told = (tasks ?? []).map(({ output, name, loss: its }) => [output, name, its] as const);
  expect([...told].sort()).toEqual([
    ['kind', 'classification', 'categorical_crossentropy'],
    ['price', 'regression', 'huber'],
    ['tags', 'multi-label', 'binary_crossentropy'],
  ]);
  expect(loss).toBeCloseTo(expected.loss, 5);
  for (const output of ['price', 'kind', 'tags'] as const) {
    const own = metrics.find((one) => one.name === 'loss' && one.output === output);
    expect(own?.value).toBeCloseTo(expected[`${output}_loss`], 5);
  }
  network.dispose();
});
