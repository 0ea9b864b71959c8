import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { resolveModelPath } from '../../../src/engine/checkpoint/paths';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { knownClasses, teachableMachine } from '../../../src/engine/measure/normalization/beside';
import { knownNormalization, sizedFor } from '../../../src/engine/measure/normalization/fit';
import { writeTinyData } from '../../fixtures/tiny-data';
import { temporaryFolder } from '../temporary';

const IMAGES = path.join(__dirname, '../../fixtures/cases/tm-image');
const OTHER = path.join(__dirname, '../../fixtures/cases/bn-noscale');
const read = async (folder: string) => readCheckpoint(await resolveModelPath(folder));
const labelled = async (text: string) => ({
  ...(await read(OTHER)),
  companions: [{ name: 'labels.txt', bytes: new Uint8Array(Buffer.from(text)) }],
});

it('knows the classes and the pixels of a model of Teachable Machine from its metadata', async () => {
  const model = await read(IMAGES);
  expect(knownClasses(model, 3)).toEqual({ names: ['mug', 'plant', 'none'], file: 'metadata.json' });
  expect(teachableMachine(model)?.preprocess).toEqual({ resize: 'crop' });
  expect(knownNormalization(model)).toEqual({ mean: 0.5, std: 0.5, from: 'stored' });
});

it('knows the classes of any model from labels beside it', async () => {
  const model = await labelled('0 cat\n1 dog\n');
  expect(knownClasses(model, 2)?.names).toEqual(['cat', 'dog']);
  expect(teachableMachine(model)).toBeUndefined();
  expect(() => knownClasses(model, 4)).toThrow(
    'The file labels.txt beside the model names 2 classes (cat, dog), but the model has 4 outputs: name one class for each output, or take the file away.',
  );
  const twice = await labelled('cat\ncat\n');
  expect(() => knownClasses(twice, 2)).toThrow('has a class twice');
});

const opened = (source: string, folder: string) =>
  openDataset(source, '/', { sampleFolder: folder, cacheFolder: folder }, { download: false });

it('gives these names to numbered classes', async () => {
  const folder = await temporaryFolder();
  const data = await opened(await writeTinyData(folder), folder);
  expect(data.info.classNames).toEqual(['0', '1', '2']);
  expect((await sizedFor(await read(IMAGES), data, {})).info.classNames).toEqual(['mug', 'plant', 'none']);
});

it('orders pictures by these names, and cuts their middle out as Teachable Machine does', async () => {
  const folder = await temporaryFolder();
  for (const name of ['none', 'mug', 'plant'])
    for (const i of [1, 2, 3, 4, 5, 6]) {
      await mkdir(path.join(folder, name), { recursive: true });
      await copyFile(path.join(__dirname, '../../fixtures/pictures/gray.png'), path.join(folder, name, `${i}.png`));
    }
  const sized = await sizedFor(await read(IMAGES), await opened(folder, folder), {});
  expect(sized.info.classNames).toEqual(['mug', 'plant', 'none']);
  expect(sized.shape).toEqual([96, 96, 3]);
  expect(sized.notes.join(' ')).toContain('cropped');
});
