import path from 'node:path';
import { expect, it } from 'vitest';
import { dataFileContent, dataFilePath } from '../../../../src/extension/data/data-file';
import type { DataDescription } from '../../../../src/protocol/data-description';

const root = path.resolve('/work');
const free = (): boolean => false;
const description: DataDescription = {
  ...{ source: path.join(root, 'data', 'animals'), name: 'animals', format: 'images', task: 'classification' },
  splits: [
    { name: 'train', examples: 32, heldOut: false },
    { name: 'validation', examples: 8, heldOut: true },
  ],
  classes: ['cat', 'dog'],
  shape: [10, 13, 3],
  preprocess: {},
  evidence: [],
};

it('the file lies beside data of the workspace, and takes a free name', () => {
  const beside = path.join(root, 'data', 'animals.data.json');
  expect(dataFilePath(description.source, [root], free)).toBe(beside);
  expect(dataFilePath(description.source, [root], (file) => file === beside)).toBe(
    path.join(root, 'data', 'animals-2.data.json'),
  );
  expect(dataFilePath(path.join(root, 'wine.csv'), [root], free)).toBe(path.join(root, 'wine.data.json'));
});

it('the file of other data lies in the workspace, and beside the data where no folder is open', () => {
  expect(dataFilePath(root, [root], free)).toBe(path.join(root, 'work.data.json'));
  const elsewhere = path.resolve('/elsewhere/animals');
  expect(dataFilePath(elsewhere, [root], free)).toBe(path.join(root, 'animals.data.json'));
  expect(dataFilePath(elsewhere, [], free)).toBe(path.resolve('/elsewhere/animals.data.json'));
});

it('the file says what was recognized, but no order of classes that nobody gave', () => {
  expect(dataFileContent(description.source, description, path.join(root, 'data'))).toEqual({
    source: './animals',
    format: 'images',
    validationExamples: 8,
    splitSeed: 0,
  });
});

it('what was given stays, and a source that lies elsewhere is absolute', () => {
  const given = { source: 'x', classNames: ['dog', 'cat'], splitSeed: 3, validationExamples: 8 };
  expect(dataFileContent(given, description, path.join(root, 'other'))).toEqual({
    ...given,
    source: description.source,
    format: 'images',
  });
  expect(dataFileContent(root, { ...description, source: root }, root).source).toBe('.');
});
