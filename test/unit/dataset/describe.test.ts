import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { DatasetStore } from '../../../src/engine/dataset/store';
import { describeData } from '../../../src/engine/requests/describe-data';
import type { DataDescription } from '../../../src/protocol/data-description';
import type { DataReference } from '../../../src/protocol/dataset';
import { temporaryFolder } from '../temporary';
import { writeTinyDataset } from './idx-files';

const sampleFolder = path.resolve('media/samples/fashion-mnist-sample');

async function describe(data: DataReference, base = '/', dataFolder?: string): Promise<DataDescription> {
  const store = new DatasetStore({ sampleFolder, cacheFolder: sampleFolder, dataFolder }, () => undefined);
  return describeData(await store.open(data, base, { download: false }));
}

/** A folder with data in `shapes`, and a file that describes it. */
async function described(content: object | string): Promise<string> {
  const folder = await temporaryFolder();
  await writeTinyDataset(path.join(folder, 'shapes'), { train: 24, test: 6, size: 4, classes: 2 });
  await mkdir(path.join(folder, 'about'));
  const file = path.join(folder, 'about', 'shapes.data.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

it('a NAME.data.json says everything, its source from its own folder', async () => {
  const file = await described({
    $schema: './data.schema.json',
    source: '../shapes',
    classNames: ['round', 'square'],
    validationExamples: 4,
    normalization: '[0,1]',
    preprocess: { size: [8, 8], method: 'nearest' },
  });
  const description = await describe(file);
  expect(description).toMatchObject({
    source: path.join(path.dirname(file), '..', 'shapes'),
    name: 'shapes',
    format: 'idx',
    task: 'classification',
    splits: [
      { name: 'train', examples: 20, heldOut: false },
      { name: 'validation', examples: 4, heldOut: true },
      { name: 'test', examples: 6, heldOut: false },
    ],
    classes: ['round', 'square'],
    shape: [4, 4, 1],
    preprocess: { size: [8, 8], method: 'nearest', normalization: { mean: 0, std: 1 } },
  });
  expect(description.evidence[0]).toMatch(/^It holds IDX files \(train-images-idx3-ubyte, .*\)\.$/);
  // Relative to a recipe, and as what the setting names.
  expect(await describe('about/shapes.data.json', path.join(path.dirname(file), '..'))).toEqual(description);
  expect(await describe('fashion-mnist', '/', file)).toEqual(description);
  // What is said beside it comes first.
  const more = await describe({ source: file, validationExamples: 6, normalization: { mean: 0.5, std: 0.5 } });
  expect(more.splits[1]).toEqual({ name: 'validation', examples: 6, heldOut: true });
  expect(more.preprocess.normalization).toEqual({ mean: 0.5, std: 0.5 });
});

it('one that is no good is refused in a sentence', async () => {
  await expect(describe(await described('{'))).rejects.toThrow(
    /^The data file "shapes\.data\.json" is not JSON: correct/,
  );
  await expect(describe(await described({ source: '../shapes', sizes: 3 }))).rejects.toThrow(
    /^The data file "shapes\.data\.json" is not valid: .*sizes/,
  );
  await expect(describe(await described({ source: 'other.data.json' }))).rejects.toThrow(/names another data file/);
  await expect(describe('/nowhere/my.data.json')).rejects.toThrow(
    /my\.data\.json cannot be read: check that it exists/,
  );
});

it('a format that was said and is not there is refused', async () => {
  const file = await described({ source: '../shapes', format: 'images' });
  await expect(describe(file)).rejects.toThrow(/holds no data of the format images: leave "format" out/);
});
