import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { tf } from '../../../src/engine/tf';
import { Recipe } from '../../../src/protocol/recipe';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();
const fixture = (...parts: string[]) => path.resolve('test/fixtures', ...parts);
const MODEL = fixture('cases', 'custom');
const DATA = ['--data', fixture('cases', 'data-blobs10'), '--normalization', '[0,1]'];

// Other tests share the classes of this process.
afterAll(() => delete tf.serialization.SerializationMap.getMap().classNameMap['Antirectifier']);

it('runs a model whose layers a module registers, and names the module in the recipe', async () => {
  const folder = await temporaryFolder();
  const module = path.join(folder, 'antirectifier.mjs');
  await copyFile(fixture('custom-layers', 'antirectifier.mjs'), module);
  const without = await secateur(['evaluate', MODEL, ...DATA]);
  expect(without.code).toBe(1);
  expect(lastLine(without.stderr)).toMatch(/^The layer "antirect" has the type "Antirectifier"/);
  // To inspect is to read: the module is not run.
  const inspected = await secateur(['inspect', MODEL, '--custom-layers', 'absent.mjs', '--json']);
  expect(inspected.code, inspected.stderr).toBe(0);
  const absent = await secateur(['evaluate', MODEL, ...DATA, '--layers', 'absent.mjs']);
  expect(lastLine(absent.stderr)).toMatch(/absent\.mjs does not exist/);

  const { code, stdout, stderr } = await secateur(['evaluate', MODEL, ...DATA, '--layers', module, '--json']);
  expect(code, stderr).toBe(0);
  expect(z.object({ samples: z.number() }).parse(JSON.parse(stdout)).samples).toBeGreaterThan(0);

  const out = path.join(folder, 'out');
  const tuned = await secateur([
    ...['finetune', MODEL, ...DATA, '--epochs', '1', '--out', out],
    ...['--custom-layers', module],
  ]);
  expect(tuned.code, tuned.stderr).toBe(0);
  const { layers } = Recipe.parse(JSON.parse(await readFile(path.join(out, 'recipe.json'), 'utf8')));
  expect(path.resolve(out, layers!)).toBe(module);
  // The file of a run tells no folder.
  expect(await readFile(path.join(out, 'model.json'), 'utf8')).not.toContain(folder);
});
