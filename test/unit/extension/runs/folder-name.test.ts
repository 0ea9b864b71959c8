import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  besideFolder,
  checkFolderName,
  folderNameProblem,
  freeName,
  modelLabel,
} from '../../../../src/extension/runs/folder-name';
import { UserError } from '../../../../src/protocol/errors';

const free = () => false;

test.each([
  ['/ws/fashion-cnn/model.json', 'fashion-cnn'],
  ['/ws/nets/digits.json', 'digits'],
  ['/ws/nets/digits.model.json', 'digits'],
  ['/model.json', 'model'],
])('%s is called %s', (file, label) => expect(modelLabel(file)).toBe(label));

test.each([
  ['/ws/fashion-cnn/model.json', '/ws', '/ws'],
  ['/ws/nets/cnn/model.json', '/ws', '/ws/nets'],
  ['/ws/model.json', '/ws', '/ws'],
  ['/ws/nets/digits.json', '/ws', '/ws/nets'],
  ['/elsewhere/cnn/model.json', undefined, '/elsewhere'],
  ['/elsewhere/cnn/model.json', '/ws', '/elsewhere'],
])('beside %s in the workspace %s is %s', (file, workspace, folder) =>
  expect(besideFolder(file, workspace)).toBe(folder),
);

test('a taken name gets the next number', () => {
  const taken = new Set(['cnn', 'cnn-2']);
  expect(freeName('cnn', (name) => taken.has(name))).toBe('cnn-3');
  expect(freeName('other', (name) => taken.has(name))).toBe('other');
});

test.each([
  '',
  ' ',
  ' cnn',
  'cnn ',
  '.',
  '..',
  '../cnn',
  'a/b',
  'a\\b',
  '/abs',
  'C:\\x',
  'a:b',
  'CON',
  'nul.txt',
  'x.',
  'a\u0000',
  'x'.repeat(121),
])('the name %j is not valid', (name) => {
  expect(folderNameProblem(name, free)).toMatch(/^.+\.$/);
  expect(() => checkFolderName(name, free)).toThrow(UserError);
});

test('an existing name is not valid', () => {
  expect(folderNameProblem('cnn', () => true)).toMatch(/"cnn" exists: choose another name/);
});

test('a valid name never leaves its parent', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '~', '-', ' ') }), (name) => {
      fc.pre(folderNameProblem(name, free) === undefined);
      for (const system of [path.posix, path.win32]) {
        const parent = system === path.posix ? '/ws/nets' : 'C:\\ws\\nets';
        expect(system.dirname(system.resolve(parent, name))).toBe(parent);
      }
    }),
  );
});
