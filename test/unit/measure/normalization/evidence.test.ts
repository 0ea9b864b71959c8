import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openDataset } from '../../../../src/engine/dataset/dataset';
import { fitData, triedNormalizations } from '../../../../src/engine/measure/normalization/fit';
import { UndecidedNormalization } from '../../../../src/engine/measure/normalization/undecided';
import { fromLayersModel } from '../../../../src/engine/model/layers-model/content';
import { networkOf } from '../../../../src/engine/model/layers-model/network';
import type { Network } from '../../../../src/engine/model/network';
import { tf } from '../../../../src/engine/tf';
import { writeTinyDataset } from '../../dataset/idx-files';
import { temporaryFolder } from '../../temporary';
import { tinyNetwork } from '../../train/tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('the evidence is that of a search, also where the normalization is known', async () => {
  const source = path.join(await temporaryFolder(), 'shapes');
  await writeTinyDataset(source, { train: 60, test: 20, size: 6, classes: 3 });
  const running = tinyNetwork(1);
  const model = fromLayersModel(running);
  const options = { lend: <T>(work: (network: Network) => Promise<T>) => work(networkOf(running)) };
  const data = await openDataset(source, '/', { sampleFolder: source, cacheFolder: source }, { download: false });
  const trial = await triedNormalizations(model, data, options);
  expect(trial.samples).toBe(60);
  expect(trial.tried.map(({ mean, std }) => [mean, std])).toEqual([
    ...[[0, 1], [0.5, 0.5], [0, 1 / 255]], // prettier-ignore
    [expect.any(Number), expect.any(Number)],
  ]);
  const given = data.giving({ mean: 0, std: 1 });
  expect((await fitData(model, given, options)).normalization).toEqual({ mean: 0, std: 1, from: 'given' });
  expect(await triedNormalizations(model, given, options)).toEqual(trial);
  const searched: unknown = await fitData(model, data, options).then(
    ({ normalization }) => normalization,
    (error: unknown) => error,
  );
  expect(searched instanceof UndecidedNormalization ? searched.trial : searched).toMatchObject(
    searched instanceof UndecidedNormalization ? trial : { trial },
  );
  running.dispose();
});
