import path from 'node:path';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { Dataset, OpenData } from '../../../src/engine/dataset/open-data';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';

/** 6x6 images of three classes that a small network learns in an epoch or two; 220 train, 20 validation, 90 test. */
export async function tinyDataset(): Promise<Dataset> {
  const folder = path.join(await temporaryFolder(), 'shapes');
  await writeTinyDataset(folder, { train: 240, test: 90, size: 6, classes: 3 });
  const places = { sampleFolder: folder, cacheFolder: folder };
  const data: OpenData = await openDataset(
    folder,
    '/',
    { ...places, sampleFolder: path.join(folder, 'none') },
    { download: false },
  );
  return (await data.at(undefined)).under({ mean: 0.5, std: 0.5, from: 'given' });
}

/** The same `seed` gives the same weights. `noise` adds dropout and Gaussian noise, which draw in training. */
export function tinyNetwork(
  seed: number,
  more: { softmax?: boolean; units?: number; noise?: boolean } = {},
): layers.LayersModel {
  const kernelInitializer = layers.initializers.glorotUniform({ seed });
  return layers.sequential({
    layers: [
      layers.layers.conv2d({
        name: 'conv',
        inputShape: [6, 6, 1],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer,
      }),
      layers.layers.flatten({ name: 'flat' }),
      ...(more.noise ? [layers.layers.dropout({ rate: 0.3 }), layers.layers.gaussianNoise({ stddev: 0.1 })] : []),
      layers.layers.dense({
        name: 'out',
        units: more.units ?? 3,
        kernelInitializer,
        ...(more.softmax ? { activation: 'softmax' } : {}),
      }),
    ],
  });
}

/** All weights of a model as numbers. */
export const weightsOf = (model: layers.LayersModel): number[][] =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

export { tf };
