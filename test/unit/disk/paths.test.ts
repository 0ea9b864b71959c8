import { expect, test } from 'vitest';
import { isInside, portablePath } from '../../../src/disk/paths';

test.each([
  ['/ws', '/ws', true],
  ['/ws/a/b', '/ws', true],
  ['/ws/..a', '/ws', true],
  ['/wsx', '/ws', false],
  ['/', '/ws', false],
  ['/other', '/ws', false],
])('%s inside %s: %s', (child, folder, inside) => expect(isInside(child, folder)).toBe(inside));

test('a path in JSON is relative if possible', () => {
  expect(portablePath('/ws/cnn/model.json', '/ws')).toBe('cnn/model.json');
  expect(portablePath('/ws', '/ws')).toBe('.');
  expect(portablePath('/elsewhere/model.json', '/ws')).toBe('/elsewhere/model.json');
});
