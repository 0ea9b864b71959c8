import { expect, test } from 'vitest';
import { measured } from '../../../../src/protocol/metric';
import { namesOf } from '../../../../src/webview/head/names';
import { isSevere } from '../../../../src/webview/head/severe';

test('the folder comes first, and the name of the model where it is another', () => {
  expect(namesOf({ path: '/models/fashion-cnn/model.json', name: 'sequential_3' })).toEqual({
    folder: 'fashion-cnn',
    model: 'sequential_3',
  });
  expect(namesOf({ path: 'C:\\models\\tiny\\model.json', name: 'tiny' })).toEqual({ folder: 'tiny', model: null });
});

test.each([
  ['accuracy', 0.91, 0.9, false],
  ['accuracy', 0.91, 0.88, true],
  ['accuracy', 0.91, 0.95, false],
  ['rmse', 10, 10.5, false],
  ['rmse', 10, 12, true],
  ['rmse', 10, 5, false],
  ['loss', 0, 0, false],
] as const)('%s from %d to %d: severe is %s', (name, before, after, severe) => {
  expect(isSevere(measured(name, before), measured(name, after))).toBe(severe);
});
