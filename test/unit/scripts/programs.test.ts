import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';

const PACKAGES = ['.', 'packages/tfjs-backend-onnxruntime'];
/** Programs start some of these files as workers, by their paths. */
const FOLDERS = ['scripts', ...['bench', 'chaos', 'fuzz', 'golden', 'harness'].map((name) => `test/${name}`)];

/** The files that npm scripts start with tsx. */
function startedByNpm(folder: string): string[] {
  const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(text));
  return Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/\btsx (\S+\.ts)/g)].map(([, file = '']) => path.posix.join(folder, file)),
  );
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d|\.test)\.ts$/.test(name))
    .map((name) => path.posix.join(folder, name));

test('no program of the project imports the test runner, which works in tests alone', async () => {
  const started = PACKAGES.flatMap(startedByNpm);
  expect(started).toEqual(expect.arrayContaining([path.join('test', 'bench', 'main.ts')]));
  expect(started.filter((file) => !existsSync(file))).toEqual([]);
  const folders = PACKAGES.flatMap((root) => FOLDERS.map((folder) => path.posix.join(root, folder))).filter(existsSync);
  const files = new Set([...started, ...folders.flatMap(filesOf)]);
  const { metafile } = await build({
    stdin: { contents: [...files].map((file) => `import './${file}';`).join('\n'), resolveDir: '.' },
    ...{ bundle: true, write: false, metafile: true, outdir: 'dist', platform: 'node', format: 'esm' },
    packages: 'external',
    logLevel: 'silent',
  });
  const importers = Object.entries(metafile.inputs).filter(([, { imports }]) =>
    imports.some(({ path: name }) => name === 'vitest' || name.startsWith('vitest/')),
  );
  expect(importers.map(([file]) => file)).toEqual([]);
});

test('the package has the programs of all threads, which lie beside the engine as .cjs', () => {
  expect(readFileSync('.vscodeignore', 'utf8').split('\n')).toContain('!dist/*.cjs');
});
