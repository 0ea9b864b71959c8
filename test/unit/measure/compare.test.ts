import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { Checkpoint } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { dryRunRemove } from '../../../src/engine/compress/remove/remove';
import { compareModels } from '../../../src/engine/measure/compare';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { temporaryFolder } from '../temporary';
import { tinyNetwork } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

it('models of other widths are compared by layer name, their weights counted over common bins', async () => {
  const folder = await temporaryFolder();
  const network = tinyNetwork(1);
  const model = fromLayersModel(network);
  network.dispose();
  const smaller = dryRunRemove(model, RemoveStep.parse({ step: 'remove', layers: { conv: 0.5 } })).model;
  const written = async (name: string, content: typeof model) => ({
    checkpoint: await readCheckpoint((await writeCheckpoint(path.join(folder, name), content)).path),
    evaluation: null,
    noAccuracy: 'no dataset chosen',
  });
  const compared = await compareModels(await written('a', model), await written('b', smaller), 16);
  const conv = compared.layers.find(({ name }) => name === 'conv')!;
  expect([conv.a?.outputShape?.at(-1), conv.b?.outputShape?.at(-1)]).toEqual([4, 2]);
  expect([conv.a?.params, conv.b?.params]).toEqual([40, 20]);
  const sum = (side: { zeros: number; counts: number[] } | null): number =>
    side ? side.counts.reduce((all, one) => all + one, side.zeros) : 0;
  expect([sum(conv.histogram!.a), sum(conv.histogram!.b)]).toEqual([36, 18]);
  expect([sum(compared.histogram.a), sum(compared.histogram.b)]).toEqual([36 + 192, 18 + 96]);
  // The remaining first layer is a part of the original, bin by bin.
  conv.histogram!.b!.counts.forEach((count, bin) => {
    expect(count).toBeLessThanOrEqual(conv.histogram!.a!.counts[bin]!);
  });
  expect(compared.layers.find(({ name }) => name === 'flat')?.histogram).toBeNull();
  expect([compared.a.totals.macs! > compared.b.totals.macs!, compared.b.noAccuracy]).toEqual([
    true,
    'no dataset chosen',
  ]);
});

it('counts weights that are elsewhere as those in memory', async () => {
  const file = path.resolve(import.meta.dirname, '../../../media/samples/fashion-cnn/model.json');
  const side = (checkpoint: Checkpoint) => ({ checkpoint, evaluation: null });
  const [whole, large] = [await readCheckpoint(file), await readCheckpoint(file, { largeFrom: 0 })];
  const known = await compareModels(side(whole), side(whole), 32);
  expect(known.histogram.a!.counts.filter((count) => count > 0).length).toBeGreaterThan(8);
  expect(await compareModels(side(large), side(large), 32)).toEqual(known);
  expect(await compareModels(side(whole), side(large), 32)).toEqual(known);
});
