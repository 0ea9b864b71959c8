import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a window that opens waits for no schema: activation imports neither the protocol nor a schema library', async () => {
  const entry = 'src/extension/main.ts';
  const { metafile } = await build({
    entryPoints: [entry],
    ...{ bundle: true, write: false, metafile: true, outdir: 'dist', platform: 'node' },
    external: ['vscode'],
    logLevel: 'silent',
  });
  const files = new Set([entry]);
  for (const file of files)
    for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (kind === 'import-statement') files.add(path);
  expect([...files]).toContain('src/extension/settings.ts');
  expect([...files].filter((file) => /node_modules|protocol\/(engine|steps)/.test(file))).toEqual([]);
});
