import path from 'node:path';
import { expect, test } from 'vitest';
import { earlierWeights } from '../../../../src/extension/panel/earlier-weights';

const at = (...parts: string[]): string => path.resolve('/ws', ...parts);
const found = [
  at('nets/dense/model.json'),
  at('runs/cut/epochs/epoch-10/model.json'),
  at('runs/cut/epochs/epoch-02/model.json'),
  at('runs/cut/epochs/step-3/epoch-01/model.json'),
  at('runs/cut/model.json'),
  at('runs/cut/state/step-2/model.json'),
  at('runs/cut/plans/plan-01/model.json'),
  at('runs/other/epochs/taught-1/epoch-04/model.json'),
  at('nets/small.secateur'),
];

test('epochs of the own run come first and in their order, parts of runs that are no epochs are left out', () => {
  const listed = earlierWeights(at('runs/cut/model.json'), found, at());
  expect(listed.map(({ place, epoch, own }) => [place, epoch, own])).toEqual([
    ['runs/cut/epochs/epoch-02', 2, true],
    ['runs/cut/epochs/epoch-10', 10, true],
    ['runs/cut/epochs/step-3/epoch-01', 1, true],
    ['nets/dense', null, false],
    ['runs/other/epochs/taught-1/epoch-04', 4, false],
  ]);
});

test('epochs of runs below the folder of a checkpoint are not those of its own run', () => {
  const listed = earlierWeights(at('model.json'), found, at());
  expect(listed.filter(({ own }) => own)).toEqual([]);
  expect(listed.map(({ place }) => place)).toContain('runs/cut/epochs/epoch-02');
});

test('an epoch belongs to the run that wrote it, and is not offered to itself', () => {
  const listed = earlierWeights(at('runs/cut/epochs/epoch-02/model.json'), found, at());
  expect(listed.filter(({ own }) => own).map(({ place }) => place)).toEqual([
    'runs/cut/epochs/epoch-10',
    'runs/cut/epochs/step-3/epoch-01',
  ]);
  expect(listed.map(({ place }) => place)).toContain('runs/cut');
});
