import path from 'node:path';
import { expect, it } from 'vitest';
import { DatasetStore } from '../../../../src/engine/dataset/store';
import { describeData } from '../../../../src/engine/requests/describe-data';
import {
  DataOptions,
  differingOptions,
  recognizedOptions,
  sameJson,
  withColumnNames,
} from '../../../../src/protocol/data-options';
import { changesOf, tidy, withoutOption } from '../../../../src/webview/data/changes';
import { moved, namesInLines } from '../../../../src/webview/data/class-names';
import { formGroups } from '../../../../src/webview/data/groups';

const folder = path.resolve('test/fixtures/data');
const store = new DatasetStore({ sampleFolder: folder, cacheFolder: folder }, () => undefined);
const seen = async (name: string, more: Partial<DataOptions> = {}) =>
  describeData(await store.open({ source: path.join(folder, name), ...more }, '/', { download: false }));

it.each(['iris.csv', 'wine.tsv', 'digits.npz', 'diabetes.csv', 'fashion-parquet', 'iris.parquet'])(
  'the options that say what is recognized in %s change nothing',
  async (name) => {
    const recognized = await seen(name);
    const options = recognizedOptions(recognized);
    expect(differingOptions(options, options)).toEqual({});
    expect(changesOf(options, recognized)).toEqual([]);
    const again = await seen(name, DataOptions.parse(options));
    const { splits, classes, shape, columns, task, format } = recognized;
    expect(again).toMatchObject({ splits, classes, shape, task, format, ...(columns ? { columns } : {}) });
  },
);

it('changes are said beside what was recognized, and reset one by one', async () => {
  const recognized = await seen('iris.csv');
  const options = {
    splitSeed: 0,
    columns: { target: 'species', features: ['petal width (cm)'] },
    task: 'regression',
    normalization: { mean: 0, std: 1 },
  };
  const changes = changesOf(options, recognized);
  expect(changes.map(({ label, to, from }) => [label, to, from])).toEqual([
    [
      'Columns: features',
      'petal width (cm)',
      'sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)',
    ],
    ['Task', 'regression', 'classification'],
    ['Normalization', '[0,1]', undefined],
  ]);
  const without = changes.reduce((left, { path: at }) => withoutOption(left, at), tidy(options));
  expect(without).toEqual({ splitSeed: 0, columns: { target: 'species' } });
  expect(changesOf(without, recognized)).toEqual([]);
  expect(withoutOption({ columns: { target: 'a' } }, ['columns', 'target'])).toEqual({});
});

it('the form has the fields that the data can use', async () => {
  const titles = async (name: string, options = {}) => {
    const recognized = await seen(name);
    const columns = (recognized.columns ?? []).map((column) => column.name);
    return formGroups({ recognized, description: recognized, columns }, options).map(({ title }) => title);
  };
  expect(await titles('iris.csv')).toEqual(['Task', 'Columns', 'Held-out examples']);
  expect(await titles('iris.csv', { normalization: '[0,1]' })).toContain('Normalization');
  expect(await titles('fashion-test.npz')).toEqual(expect.arrayContaining(['Pictures', 'Normalization']));
  const recognized = await seen('iris.csv');
  const columns = ['a', 'species'];
  const [, group] = formGroups({ recognized, description: recognized, columns }, {});
  expect(group?.fields.find(({ key }) => key === 'target')).toMatchObject({
    blank: 'Recognized: species',
    spec: { kind: 'choice', options: columns, open: false },
  });
});

it('a model with several inputs and outputs has a field for each, by its name', async () => {
  const iris = await seen('iris.csv');
  const arrays = [
    { name: 'title', shape: [4] },
    { name: 'cost', shape: [] },
  ];
  const description = { ...iris, columns: undefined, arrays };
  const ends = { inputs: ['title', 'tags'], outputs: ['price'] };
  const groups = formGroups({ recognized: null, description, columns: [], ends }, { outputs: { kind: { weight: 2 } } });
  const own = groups.filter(({ within: [key] }) => key === 'inputs' || key === 'outputs');
  expect(own.map(({ title, within, fields }) => [title, within, fields.map(({ key }) => key)])).toEqual([
    ['Inputs', ['inputs'], ['title', 'tags']],
    ['Output price', ['outputs', 'price'], ['target', 'task', 'loss', 'weight']],
    ['Output kind', ['outputs', 'kind'], ['target', 'task', 'loss', 'weight']],
  ]);
  expect(own[0]?.fields.map(({ blank }) => blank)).toEqual(['The array title', 'None has its name']);
  // Data without arrays is for models with one input.
  const plain = formGroups({ recognized: iris, description: iris, columns: [], ends }, {});
  expect(plain.some(({ within: [key] }) => key === 'inputs')).toBe(false);
});

it('columns by number are shown by name, lists are moved and pasted, and order of keys does not count', () => {
  expect(withColumnNames({ columns: { target: 2, features: [1, 'b'], header: true } }, ['a', 'b'])).toEqual({
    columns: { target: 'b', features: ['a', 'b'], header: true },
  });
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(namesInLines('a\r\n\n b ')).toEqual(['a', 'b']);
  expect(sameJson({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] })).toBe(true);
  expect(sameJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
