import { expect, test } from 'vitest';
import { earlierWeights } from '../../../../src/extension/panel/earlier-weights';

const found = [
  '/work/nets/dense/model.json',
  '/work/runs/cut/epochs/epoch-10/model.json',
  '/work/runs/cut/epochs/epoch-02/model.json',
  '/work/runs/cut/epochs/step-3/epoch-01/model.json',
  '/work/runs/cut/model.json',
  '/work/runs/cut/state/step-2/model.json',
  '/work/runs/cut/plans/plan-01/model.json',
  '/work/runs/other/epochs/taught-1/epoch-04/model.json',
  '/work/nets/small.secateur',
];

test('epochs of the own run come first and in their order, parts of runs that are no epochs are left out', () => {
  const listed = earlierWeights('/work/runs/cut/model.json', found, '/work');
  expect(listed.map(({ place, epoch, own }) => [place, epoch, own])).toEqual([
    ['runs/cut/epochs/epoch-02', 2, true],
    ['runs/cut/epochs/epoch-10', 10, true],
    ['runs/cut/epochs/step-3/epoch-01', 1, true],
    ['nets/dense', null, false],
    ['runs/other/epochs/taught-1/epoch-04', 4, false],
  ]);
});

test('an epoch belongs to the run that wrote it, and is not offered to itself', () => {
  const listed = earlierWeights('/work/runs/cut/epochs/epoch-02/model.json', found, '/work');
  expect(listed.filter(({ own }) => own).map(({ place }) => place)).toEqual([
    'runs/cut/epochs/epoch-10',
    'runs/cut/epochs/step-3/epoch-01',
  ]);
  expect(listed.map(({ place }) => place)).toContain('runs/cut');
});
