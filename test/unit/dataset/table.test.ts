import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { DatasetStore } from '../../../src/engine/dataset/store';
import type { Dataset, OpenData } from '../../../src/engine/dataset/open-data';
import type { DatasetDescriptor } from '../../../src/protocol/dataset';
import { columnsOfRole } from '../../../src/protocol/data-description';
import { temporaryFolder } from '../temporary';

const data = path.resolve('test/fixtures/data');

const open = (source: string, more: Partial<DatasetDescriptor> = {}): Promise<OpenData> =>
  openDataset({ source, ...more }, '/', { sampleFolder: data, cacheFolder: data }, { download: false });

const raw = async (opened: OpenData): Promise<Dataset> =>
  (await opened.at(undefined)).under({ mean: 0, std: 1 / 255, from: 'values' });

/** Opens a table with this text. */
async function text(content: string, more: Partial<DatasetDescriptor> = {}, name = 'table.csv'): Promise<OpenData> {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, content);
  return open(file, more);
}

/** All examples of a dataset in the order of the file, with their labels. */
async function rowsOf(opened: OpenData): Promise<[number[], number][]> {
  const dataset = await raw(opened);
  const [size] = dataset.shape as [number];
  const rows: [number, number[], number][] = [];
  for (const split of ['train', 'validation'] as const) {
    if (!dataset.has(split)) continue;
    const { values, labels, members } = dataset.split(split).batch(0, 1000);
    members.forEach((member, i) =>
      rows.push([member, Array.from(values.subarray(i * size, (i + 1) * size)), labels[i]!]),
    );
  }
  return rows.sort(([a], [b]) => a - b).map(([, values, label]) => [values, label]);
}

it('a table with names as classes: iris as pandas writes it', async () => {
  const iris = await open(path.join(data, 'iris.csv'));
  expect(iris.info).toMatchObject({
    name: 'iris',
    format: 'table',
    classNames: ['setosa', 'versicolor', 'virginica'],
    shape: [4],
    examples: { train: 120, validation: 30, test: 0 },
  });
  const rows = await rowsOf(iris);
  expect(rows).toHaveLength(150);
  expect(rows[0]).toEqual([[5.1, 3.5, 1.4, 0.2].map(Math.fround), 0]);
  expect(rows[149]).toEqual([[5.9, 3.0, 5.1, 1.8].map(Math.fround), 2]);
  expect(iris.notes).toEqual(['The targets are in the column species (by its name).']);
  expect((await raw(iris)).kind).toBe('numbers');
});

it('a table with tabs and classes from 1: wine', async () => {
  const wine = await open(path.join(data, 'wine.tsv'));
  expect(wine.info).toMatchObject({ classNames: ['1', '2', '3'], shape: [13] });
  const rows = await rowsOf(wine);
  expect([rows[0]![1], rows.at(-1)![1], rows[0]![0][0]]).toEqual([0, 2, Math.fround(14.23)]);
});

it('a target that is no class is read and said, and a column that counts rows is left out', async () => {
  const { info } = await open(path.join(data, 'diabetes.csv'));
  expect(info).toMatchObject({ task: 'values', shape: [10] });
});

it('several columns are targets side by side, and whole numbers with gaps are no classes', async () => {
  const all = await open(path.join(data, 'diabetes-all.csv'), { columns: { targets: ['bmi', 'target'] } });
  expect(all.info).toMatchObject({ task: 'values', shape: [9] });
  expect(all.notes).toEqual(['The targets are in the columns bmi, target (as said).']);
  const sized = await all.at(undefined);
  expect(sized.targets.numbers).toMatchObject({ shape: [2], least: 18, most: 346, whole: false });
  const { numbers } = sized.under({ mean: 0, std: 1, from: 'values' }).split('train').batchOf(Uint32Array.of(0, 1));
  expect([...numbers]).toEqual([32.1, 151, 21.6, 75].map(Math.fround));
  const one = await open(path.join(data, 'diabetes-all.csv'));
  expect(one.info).toMatchObject({ task: 'values', classNames: [], shape: [10] });
  const names = { columns: { targets: ['species', 'sepal length (cm)'] } };
  await expect(open(path.join(data, 'iris.csv'), names)).rejects.toThrow(
    /column species .* holds no numbers, so it cannot be one of several targets/,
  );
});

it('names become features of their own, in the order of the alphabet', async () => {
  const opened = await text('color,size,"is big, really",class\nred,1,yes,a\nblue,2.5,no,b\nred,3,yes,a\n');
  expect(opened.info).toMatchObject({ shape: [5], classNames: ['a', 'b'] });
  expect(await rowsOf(opened)).toEqual([
    [[0, 1, 1, 0, 1], 0],
    [[1, 0, 2.5, 1, 0], 1],
    [[0, 1, 3, 0, 1], 0],
  ]);
  expect(opened.notes).toContain('Each name in color, is big, really is a feature of its own, 0 or 1.');
});

it('without a header the column of names is the target; where nothing tells it, it must be said', async () => {
  expect((await text('1;2;x\n3;4;y\n5;6;x\n')).info).toMatchObject({ shape: [2], classNames: ['x', 'y'] });
  const numbers = '1;2;0\n3;4;1\n5;6;0\n';
  await expect(text(numbers)).rejects.toThrow(
    /Nothing tells which column of the table .* holds the classes; it has 1, 2, 3: say it as "columns": \{"target"/,
  );
  expect(await rowsOf(await text(numbers, { columns: { target: 3, features: [2] } }))).toEqual([
    [[2], 0],
    [[4], 1],
    [[6], 0],
  ]);
  await expect(text(numbers, { columns: { target: 'z' } })).rejects.toThrow(/has no column z; it has 1, 2, 3/);
});

it('a text far below makes a column one of names', async () => {
  const lines = Array.from({ length: 400 }, (_, i) => `${i % 3},${i % 2 ? 'a' : 'b'}`);
  const opened = await text(`code,label\n${lines.join('\n')}\nX9,a\n`);
  expect(opened.info.shape).toEqual([4]);
});

it('what is missing or ragged is named', async () => {
  await expect(text('a,b,class\n1,2,x\n,4,y\n')).rejects.toThrow(/no value in the column a of row 2: fill it in/);
  await expect(text('a,b,class\n1,2,x\n3,NA,y\n')).rejects.toThrow(/no value in the column b of row 2/);
  await expect(text('a,b,class\n1,2,x\n3,4,\n')).rejects.toThrow(/no value in the column class of row 2/);
  const ragged = `a,b,class\n${'1,2,x\n'.repeat(100)}3,4\n`;
  await expect(text(ragged)).rejects.toThrow(
    /cannot be read at line 102 \(it has more or fewer cells than the first\)/,
  );
});

it('a column says the parts, or files do', async () => {
  const rows = ['a,split,class', '1,train,x', '2,test,y', '3,val,x', '4,train,y'].join('\n');
  expect((await text(rows)).info).toMatchObject({ examples: { train: 2, validation: 1, test: 1 }, heldOut: false });
  const folder = path.join(await temporaryFolder(), 'tables');
  await mkdir(folder);
  await writeFile(path.join(folder, 'my_train.csv'), 'a,class\n1,x\n2,y\n3,z\n');
  await writeFile(path.join(folder, 'my_test.csv'), 'a,class\n1,z\n2,y\n');
  const opened = await open(folder);
  expect(opened.info).toMatchObject({ classNames: ['x', 'y', 'z'], examples: { train: 2, validation: 1, test: 2 } });
  expect([...(await raw(opened)).split('test').batch(0, 2).labels]).toEqual([2, 1]);
  await writeFile(path.join(folder, 'my_test.csv'), 'b,class\n1,z\n2,y\n');
  await expect(open(folder)).rejects.toThrow(/tables.my_test\.csv and .*my_train\.csv differ in their columns/);
});

it('a column of paths is one of pictures, which lie in the folder', async () => {
  const folder = path.join(await temporaryFolder(), 'pictures');
  await mkdir(path.join(folder, 'all'), { recursive: true });
  for (const name of ['rgb.png', 'rgb.jpg'])
    await cp(path.resolve('test/fixtures/pictures', name), path.join(folder, 'all', name));
  const table = path.join(folder, 'labels.csv');
  await writeFile(table, 'file,label\nall/rgb.png,cat\nall/rgb.jpg,dog\nall/rgb.png,cat\n');
  expect((await open(table)).info).toMatchObject({ shape: [10, 13, 3], classNames: ['cat', 'dog'] });
  await writeFile(path.join(path.dirname(folder), 'secret.png'), 'x');
  await writeFile(table, 'file,label\nall/rgb.png,cat\n../secret.png,dog\n');
  await expect(open(table)).rejects.toThrow(/secret\.png leads out of the folder/);
  await writeFile(table, 'file,label\nall/rgb.png,cat\nall/none.png,dog\n');
  await expect(open(table)).rejects.toThrow(/none\.png cannot be read: check that it exists/);
});

it('names of classes that were given decide their order', async () => {
  const table = 'a,class\n1,x\n2,y\n3,x\n';
  expect((await rowsOf(await text(table, { classNames: ['y', 'x'] }))).map(([, label]) => label)).toEqual([1, 0, 1]);
  await expect(text(table, { classNames: ['y', 'z'] })).rejects.toThrow(
    /has classes that are not named \(x; named are y, z\)/,
  );
});

it('each column has a role, and the names are told where the target is not', async () => {
  const rows = ['id,a,b,split,class', '1,1,x,train,x', '2,2,y,test,y', '3,3,z,train,x'].join('\n');
  const { columns, header } = await text(rows, { columns: { features: ['a'] } });
  expect(header).toBe(true);
  expect(columns?.map(({ name, kind, role }) => `${name} ${kind} ${role}`)).toEqual([
    'id numbers unused',
    'a numbers feature',
    'b texts unused',
    'split texts split',
    'class texts target',
  ]);
  const turned = await open(path.join(data, 'iris.csv'), { columns: { features: [4, 'sepal width (cm)'] } });
  expect(columnsOfRole(turned.columns ?? [], 'feature')).toEqual(['petal width (cm)', 'sepal width (cm)']);
  expect((await rowsOf(turned))[0]![0]).toEqual([0.2, 3.5].map(Math.fround));
  const file = path.join(await temporaryFolder(), 'numbers.csv');
  await writeFile(file, '1;2;0\n3;4;1\n5;6;0\n');
  const store = new DatasetStore({ sampleFolder: data, cacheFolder: data }, () => undefined);
  await expect(store.open(file, '/', { download: false })).rejects.toMatchObject({ at: ['columns', 'target'] });
  expect(await store.columns(file, '/', { download: false })).toEqual(['1', '2', '3']);
  const named = { source: file, columns: { header: true } };
  expect(await store.columns(named, '/', { download: false })).toEqual(['1', '2', '0']);
  const parquet = await store.columns(path.join(data, 'iris.parquet'), '/', { download: false });
  expect(parquet).toContain('species');
  expect(await store.columns(path.join(data, 'digits.npz'), '/', { download: false })).toEqual([]);
});

it('a fault tells which part of the description it is in', async () => {
  const rows = 'a,class\n1,x\n2,y\n3,x\n4,y\n5,x\n6,y\n';
  const at = (more: Partial<DatasetDescriptor>) => text(rows, more).then(() => undefined, (error: unknown) => error); // prettier-ignore
  expect(await at({ columns: { features: ['z'] } })).toMatchObject({ at: ['columns', 'features'] });
  expect(await at({ classNames: ['x', 'z'] })).toMatchObject({ at: ['classNames'] });
  expect(await at({ classNames: ['x', 'y', 'x'] })).toMatchObject({
    ...{
      at: ['classNames'],
      message: 'The list of the names of the classes has the class x twice: name each class once.',
    },
  });
  expect(await at({ validationExamples: 6 })).toMatchObject({ at: ['validationExamples'] });
  expect(await at({ format: 'idx' })).toMatchObject({ at: ['format'] });
});
