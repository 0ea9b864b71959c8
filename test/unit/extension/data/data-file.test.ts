import path from 'node:path';
import { expect, it } from 'vitest';
import { changedContent, dataFilePath, newContent, optionsIn } from '../../../../src/extension/data/data-file';
import type { DataDescription } from '../../../../src/protocol/data-description';

const root = path.resolve('/ws');
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
  expect(dataFilePath(root, [root], free)).toBe(path.join(root, 'ws.data.json'));
  const elsewhere = path.resolve('/elsewhere/animals');
  expect(dataFilePath(elsewhere, [root], free)).toBe(path.join(root, 'animals.data.json'));
  expect(dataFilePath(elsewhere, [], free)).toBe(path.resolve('/elsewhere/animals.data.json'));
});

it('a new file says only what differs from what was recognized', () => {
  const folder = path.join(root, 'data');
  const said = { format: 'images', classNames: ['dog', 'cat'], validationExamples: 8, splitSeed: 0 };
  expect(newContent(description.source, said, description, folder)).toEqual({
    source: './animals',
    classNames: ['dog', 'cat'],
  });
  expect(newContent(description.source, said, null, folder)).toEqual({ source: './animals', ...said });
  expect(newContent('mnist', { splitSeed: 1 }, description, folder)).toEqual({ source: 'mnist', splitSeed: 1 });
});

it('a source that lies elsewhere is absolute', () => {
  expect(newContent(description.source, {}, null, path.join(root, 'other'))).toEqual({ source: description.source });
  expect(newContent(root, {}, null, root)['source']).toBe('.');
});

it('a changed file keeps its schema, its order and what it says by other words', () => {
  const content = {
    ...{ validationImages: 5, $schema: 'x', normalization: '[0,1]', source: './animals', format: 'images' },
  };
  const written = { text: '', content, source: description.source };
  expect(optionsIn(written)).toEqual({ validationExamples: 5, normalization: '[0,1]', format: 'images' });
  const changed = changedContent(written, { normalization: '[0,1]', splitSeed: 2, validationExamples: 5 });
  expect(JSON.stringify(changed)).toBe(
    '{"validationExamples":5,"$schema":"x","normalization":"[0,1]","source":"./animals","splitSeed":2}',
  );
});
