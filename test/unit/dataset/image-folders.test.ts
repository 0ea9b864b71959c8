import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { Dataset, OpenData } from '../../../src/engine/dataset/open-data';
import type { DatasetDescriptor } from '../../../src/protocol/dataset';
import { temporaryFolder } from '../temporary';

const pictures = path.resolve('test/fixtures/pictures');
let folder = '';
beforeEach(async () => {
  folder = path.join(await temporaryFolder(), 'animals');
});

/** Copies a picture to places of the folder. */
async function put(picture: string, ...places: string[]): Promise<void> {
  for (const place of places) {
    await mkdir(path.dirname(path.join(folder, place)), { recursive: true });
    await cp(path.join(pictures, picture), path.join(folder, place));
  }
}

const open = (more: Partial<DatasetDescriptor> = {}): Promise<OpenData> =>
  openDataset({ source: folder, ...more }, '/', { sampleFolder: folder, cacheFolder: folder }, { download: false });

const raw = async (data: OpenData, input?: (number | null)[]): Promise<Dataset> =>
  (await data.at(input)).under({ mean: 0, std: 1 / 255, from: 'given' });

it('folders of classes alone are split by seed, with the share of each class', async () => {
  await put('rgb.png', ...Array.from({ length: 30 }, (_, i) => `cat/${i}.png`));
  await put('rgb.jpg', ...Array.from({ length: 10 }, (_, i) => `dog/${i}.jpg`));
  const data = await open();
  expect(data.info).toMatchObject({
    name: 'animals',
    format: 'images',
    classNames: ['cat', 'dog'],
    shape: [10, 13, 3],
    examples: { train: 32, validation: 8, test: 0 },
    heldOut: true,
  });
  const dataset = await raw(data);
  const held = dataset.split('validation');
  expect([...held.batch(0, 8).labels].sort()).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  const [again, other] = [await raw(await open()), await raw(await open({ splitSeed: 1 }))];
  expect(again.split('validation').members).toEqual(held.members);
  expect(other.split('validation').members).not.toEqual(held.members);
  expect([...dataset.split('train').members, ...held.members].sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
});

it('parts have their own folders, and classes are those of all parts', async () => {
  await put('gray.png', 'train/a/1.png', 'train/b/x/2.PNG', 'val/a/3.png', 'Test/c/4.png', 'Test/a/5.png');
  const data = await open();
  expect(data.info).toMatchObject({
    classNames: ['a', 'b', 'c'],
    shape: [10, 13, 1],
    examples: { train: 2, validation: 1, test: 2 },
    heldOut: false,
  });
  expect([...(await raw(data)).split('test').batch(0, 2).labels]).toEqual([0, 2]);
  await expect(open({ validationExamples: 1 })).rejects.toThrow(/validation part of its own, so nothing is held out/);
});

it('hidden files are left out, and others that are no pictures are told', async () => {
  await put('rgb.png', 'a/1.png', 'b/2.png', 'b/.3.png', '.hidden/4.png', 'a/.ipynb_checkpoints/5.png');
  await writeFile(path.join(folder, 'a', 'notes.txt'), 'x');
  const data = await open();
  expect(data.info.examples).toEqual({ train: 1, validation: 1, test: 0 });
  expect(data.notes).toEqual([`1 file that is not a picture was left out, such as ${path.join('a', 'notes.txt')}.`]);
});

it('a broken file is named', async () => {
  await put('rgb.png', 'a/1.png', 'b/2.png');
  await writeFile(path.join(folder, 'b', 'broken.png'), 'no picture');
  await expect(open()).rejects.toThrow(/The file b.broken\.png is not a picture that Secateur reads/);
  const bytes = await readFile(path.join(pictures, 'rgb.png'));
  await writeFile(path.join(folder, 'b', 'broken.png'), bytes.subarray(0, bytes.length - 30));
  await expect((await open()).at(undefined)).rejects.toThrow(/The picture b.broken\.png is damaged or cut short/);
});

it.runIf(process.platform !== 'win32')('nothing outside of the folder is read', async () => {
  await put('rgb.png', 'a/1.png', 'b/2.png');
  const outside = path.join(path.dirname(folder), 'secret.png');
  await cp(path.join(pictures, 'rgb.png'), outside);
  await symlink(path.join(folder, 'a', '1.png'), path.join(folder, 'b', 'within.png'));
  expect((await open()).info.examples.train).toBe(2);
  await symlink(outside, path.join(folder, 'b', 'out.png'));
  await expect(open()).rejects.toThrow(/out\.png leads out of the folder .*animals of the dataset/);
  await rm(path.join(folder, 'b', 'out.png'));
  await symlink(path.dirname(folder), path.join(folder, 'c'));
  await expect(open()).rejects.toThrow(/leads out of the folder/);
});

it('the input of the model says size and color, unless the descriptor does', async () => {
  await put('rgb.png', 'a/1.png');
  await put('turned-6.jpg', 'b/2.jpg');
  const data = await open();
  expect(data.info.shape).toEqual([null, null, 3]);
  await expect(data.at(undefined)).rejects.toThrow(/images of animals differ in size, and nothing says the one to use/);
  const sized = await data.at([null, 6, 8, 1]);
  expect(sized.shape).toEqual([6, 8, 1]);
  expect(sized.notes).toEqual(['The images are resized to 6x8 (bilinear, stretched) and turned into gray.']);
  const said = await open({ preprocess: { size: [4, 4], resize: 'pad', method: 'area', color: 'bgr' } });
  const turned = await said.at([null, 6, 8, 1]);
  expect(turned.shape).toEqual([4, 4, 3]);
  expect(turned.notes).toEqual(['The images are resized to 4x4 (area, padded) and turned into bgr.']);
  // A network that takes any size takes the pictures as they are.
  await rm(path.join(folder, 'b', '2.jpg'));
  await put('rgb.jpg', 'b/2.jpg');
  const all = await (await open()).at([null, null, null, 3]);
  expect([all.shape, all.notes]).toEqual([[10, 13, 3], []]);
});

it('bgr has the channels of rgb the other way round', async () => {
  await put('rgb.png', 'a/1.png', 'b/2.png');
  const [rgb, bgr] = [await raw(await open()), await raw(await open({ preprocess: { color: 'bgr' } }))];
  const pixels = (data: Dataset): number[] => [...data.split('train').batch(0, 1).values].slice(0, 3);
  expect(pixels(bgr)).toEqual(pixels(rgb).reverse());
});

it('names of classes come from labels.txt, Teachable Machine, or the descriptor, and must fit the folders', async () => {
  await put('rgb.png', 'a/1.png', 'b/2.png');
  await writeFile(path.join(folder, 'metadata.json'), JSON.stringify({ tfjsVersion: '1', labels: ['b', 'a'] }));
  expect((await open()).info.classNames).toEqual(['b', 'a']);
  await writeFile(path.join(folder, 'labels.txt'), '0 b\r\n1 c\r\n2 a\r\n');
  const data = await open();
  expect(data.info.classNames).toEqual(['b', 'c', 'a']);
  const labels = [
    ...(await raw(data)).split('train').batch(0, 1).labels,
    ...(await raw(data)).split('validation').batch(0, 1).labels,
  ];
  expect(labels.sort()).toEqual([0, 2]);
  expect((await open({ classNames: ['cat', 'dog'] })).info.classNames).toEqual(['cat', 'dog']);
  await expect(open({ classNames: ['b', 'a', 'b'] })).rejects.toThrow(/"classNames", has the class b twice: name each/);
  await expect(open({ classNames: ['a', 'c'] })).rejects.toThrow(
    /has classes that "classNames" does not name \(b; it names a, c\)/,
  );
});
