import path from 'node:path';
import { expect, it } from 'vitest';
import { descriptionText } from '../../../src/engine/cli/commands/data';
import { DatasetStore } from '../../../src/engine/dataset/store';
import { describeData } from '../../../src/engine/requests/describe-data';

it('secateur data prints what is seen, a line for each property, and what told it', async () => {
  const folder = path.resolve('test/fixtures/data');
  const store = new DatasetStore({ sampleFolder: folder, cacheFolder: folder }, () => undefined);
  const source = path.join(folder, 'iris.csv');
  const preprocess = { columns: { features: [1, 2] }, splitSeed: 4 };
  const text = descriptionText(describeData(await store.open({ source, ...preprocess }, '/', { download: false })));
  expect(text.split('\n')).toEqual([
    'iris',
    '',
    `source      ${source}`,
    'format      table',
    'task        classification, 3 classes',
    'splits      train 120, validation 30 (held out of train)',
    'classes     setosa, versicolor, virginica',
    'shape       2',
    'preprocess  as the model takes it',
    'target      species',
    'features    sepal length (cm), sepal width (cm)',
    'unused      petal length (cm), petal width (cm)',
    '',
    'It holds a table of 5 columns with a header (iris.csv).',
    'The targets are in the column species (by its name).',
  ]);
});
