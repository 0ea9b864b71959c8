import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decode, encode } from 'fast-png';
import { expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { OpenData } from '../../../src/engine/dataset/open-data';
import { FOR_NEW_NETWORKS } from '../../../src/protocol/normalization';
import type { DatasetDescriptor } from '../../../src/protocol/dataset';
import { enteringWords } from '../../../src/protocol/data-examples';
import { temporaryFolder } from '../temporary';

const open = (source: string, said: Omit<DatasetDescriptor, 'source'> = {}): Promise<OpenData> =>
  openDataset({ source, ...said }, '/', { sampleFolder: source, cacheFolder: source }, { download: false });

const pixels = (url: string) => decode(Buffer.from(url.replace('data:image/png;base64,', ''), 'base64'));

it('pictures are spread over the classes, each with the name of its class', async () => {
  const folder = path.join(await temporaryFolder(), 'animals');
  for (const [name, count] of [
    ['cat', 20],
    ['dog', 20],
    ['owl', 20],
  ] as const) {
    await mkdir(path.join(folder, 'test', name), { recursive: true });
    for (let i = 0; i < count; i++)
      await cp('test/fixtures/pictures/rgb.png', path.join(folder, 'test', name, `${i}.png`));
  }
  const shown = await (await open(folder)).some('test', 12);
  if (shown.kind !== 'pictures') throw new Error(shown.kind);
  expect(shown.examples.map(({ target }) => target)).toEqual(
    ['cat', 'dog', 'owl'].flatMap((name) => [name, name, name, name]),
  );
  const stored = decode(await readFile('test/fixtures/pictures/rgb.png'));
  expect(pixels(shown.examples[0]!.picture)).toMatchObject({ width: 13, height: 10, channels: 3, data: stored.data });
});

it('a large picture is shown small, with its ratio', async () => {
  const folder = path.join(await temporaryFolder(), 'wide');
  const png = encode({ width: 400, height: 100, channels: 3, depth: 8, data: new Uint8Array(120_000).fill(200) });
  for (const name of ['a', 'b']) {
    await mkdir(path.join(folder, 'test', name), { recursive: true });
    await writeFile(path.join(folder, 'test', name, '1.png'), png);
  }
  const shown = await (await open(folder)).some('test', 2);
  if (shown.kind !== 'pictures') throw new Error(shown.kind);
  expect(pixels(shown.examples[1]!.picture)).toMatchObject({ width: 96, height: 24 });
});

it.each(['crop', 'pad', 'stretch'] as const)('pictures are shown as they enter a network, with %s', async (resize) => {
  const folder = path.join(await temporaryFolder(), 'animals');
  for (const name of ['cat', 'dog']) {
    await mkdir(path.join(folder, 'test', name), { recursive: true });
    await cp('test/fixtures/pictures/rgb.png', path.join(folder, 'test', name, '1.png'));
  }
  const data = await open(folder, { preprocess: { resize } });
  const input = [null, 8, 5, 1];
  const shown = await data.some('test', 2, { input, normalization: FOR_NEW_NETWORKS });
  if (shown.kind !== 'pictures') throw new Error(shown.kind);
  expect(enteringWords(shown.entering)).toBe('They enter as 8x5 pixels, gray, from \u22121 to 1.');
  const examples = (await data.at(input)).under({ ...FOR_NEW_NETWORKS, from: 'new' }).split('test');
  const entering = examples.batch(0, 1).values;
  const picture = pixels(shown.examples[0]!.picture);
  expect(picture).toMatchObject({ height: 8, width: 5, channels: 1 });
  expect([...picture.data]).toEqual([...entering].map((x) => Math.round(255 * (0.5 * x + 0.5))));
});

it('colors in the order of BGR are shown as they are', async () => {
  const folder = path.join(await temporaryFolder(), 'animals');
  await mkdir(path.join(folder, 'test', 'a'), { recursive: true });
  await mkdir(path.join(folder, 'test', 'b'), { recursive: true });
  for (const name of ['a', 'b']) await cp('test/fixtures/pictures/rgb.png', path.join(folder, 'test', name, '1.png'));
  const data = await open(folder, { preprocess: { convention: 'imagenet-caffe' } });
  const shown = await data.some('test', 2);
  if (shown.kind !== 'pictures') throw new Error(shown.kind);
  const stored = decode(await readFile('test/fixtures/pictures/rgb.png'));
  expect(pixels(shown.examples[0]!.picture).data).toEqual(stored.data);
  expect(enteringWords(shown.entering)).toMatch(
    /^They enter as 10x13 pixels, blue, green and red, from \u2212124 to 151/,
  );
});

it('of a table the first rows are shown as numbers', async () => {
  const file = path.join(await temporaryFolder(), 'points.csv');
  await writeFile(file, ['x,y,split,label', '1,2,train,a', '3,4,train,b', '5,6.5,test,b', '7,8,train,a'].join('\n'));
  const data = await open(file);
  expect(await data.some('test', 12)).toEqual({
    kind: 'numbers',
    width: 2,
    examples: [{ values: [5, 6.5], target: 'b' }],
  });
});

it('targets that are numbers are shown', async () => {
  const file = path.join(await temporaryFolder(), 'prices.csv');
  await writeFile(file, ['x,y,split,target', '1,2,train,0.5', '3,4,test,1.25', '5,6,train,2'].join('\n'));
  const data = await open(file);
  expect(data.info.task).toBe('values');
  expect(await data.some('test', 12)).toMatchObject({
    kind: 'numbers',
    examples: [{ values: [3, 4], target: [1.25] }],
  });
});

it('a split that is not there is refused in a sentence', async () => {
  const file = path.join(await temporaryFolder(), 'points.csv');
  await writeFile(file, ['x,y,label', '1,2,a', '3,4,b', '5,6,b', '7,8,a', '9,1,a'].join('\n'));
  await expect((await open(file)).some('test', 12)).rejects.toThrow(/has no test examples/);
});
