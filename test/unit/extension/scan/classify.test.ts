import { execFileSync } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { headIsPromising, kindOfFile, kindOfText } from '../../../../src/extension/scan/classify';
import { MODEL_JSON_MAX_BYTES } from '../../../../src/protocol/checkpoint';
import { temporaryFolder } from '../../temporary';

const checkpoint = {
  format: 'layers-model',
  modelTopology: { class_name: 'Sequential' },
  weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'k', shape: [1], dtype: 'float32' }] }],
};

async function kindOf(content: string, name = 'anything.json') {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, content);
  return kindOfFile(file);
}

test('recognizes a checkpoint by its content under any name', async () => {
  expect(await kindOf(JSON.stringify(checkpoint), 'notes.json')).toBe('checkpoint');
  expect(await kindOf(`\uFEFF\n  ${JSON.stringify(checkpoint, null, 4)}`)).toBe('other'); // JSON.parse refuses the mark too
  expect(await kindOf(`\n\n ${JSON.stringify(checkpoint, null, 4)}`)).toBe('checkpoint');
});

test('recognizes a packed model by its first bytes, whatever its size and name', async () => {
  const file = path.join(await temporaryFolder(), 'anything.bin');
  await writeFile(file, Uint8Array.of(0x89, 0x53, 0x45, 0x43, 1, 0));
  await truncate(file, MODEL_JSON_MAX_BYTES + 1);
  expect(await kindOfFile(file)).toBe('checkpoint');
});

test('recognizes a recipe, even one with a wrong step', async () => {
  expect(await kindOf('{"recipeVersion": 1, "steps": [{"step": "shred"}]}')).toBe('recipe');
});

test.each([
  ['a manifest of npm', '{"name": "x", "version": "1.0.0"}'],
  ['an array', '["modelTopology", "weightsManifest"]'],
  ['no JSON', '{"modelTopology": {}, "weightsManifest": ['],
  ['a word in a text', '{"text": "modelTopology and weightsManifest"}'],
  ['keys without their contents', '{"modelTopology": 1, "weightsManifest": 2}'],
  ['nothing', ''],
])('%s is neither', async (_, content) => {
  expect(await kindOf(content)).toBe('other');
});

test('reads a large file to its end if its start may belong to a checkpoint', async () => {
  const large = { ...checkpoint, userDefinedMetadata: { padding: 'x'.repeat(200_000) } };
  expect(await kindOf(JSON.stringify(large))).toBe('checkpoint');
});

test('rejects a large file by its start', async () => {
  const late = { padding: 'x'.repeat(100_000), ...checkpoint };
  expect(headIsPromising(JSON.stringify(late).slice(0, 65_536))).toBe(false);
  expect(kindOfText(JSON.stringify(late))).toBe('checkpoint');
  expect(await kindOf(JSON.stringify(late))).toBe('other');
});

test('does not read files larger than any model.json', async () => {
  const file = path.join(await temporaryFolder(), 'huge.json');
  await writeFile(file, JSON.stringify(checkpoint));
  await truncate(file, MODEL_JSON_MAX_BYTES + 1);
  expect(await kindOfFile(file)).toBe('other');
});

test('a file that cannot be read is neither', async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'folder.json'));
  expect(await kindOfFile(path.join(folder, 'folder.json'))).toBe('other');
  expect(await kindOfFile(path.join(folder, 'missing.json'))).toBe('other');
});

test.skipIf(process.platform === 'win32')('a pipe called .json is neither, and blocks nothing', async () => {
  const file = path.join(await temporaryFolder(), 'model.json');
  execFileSync('mkfifo', [file]);
  expect(await kindOfFile(file)).toBe('other');
});
