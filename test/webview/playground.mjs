// Builds the development page and serves it. usage: node test/webview/playground.mjs [--port N]
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { workers } from '../../scripts/setup/workers.mjs';

const here = import.meta.dirname;

/** Builds into `folder` and serves it; answers the address and a function that ends it. */
export async function servePlayground(folder, { port = 0, readable = false } = {}) {
  await mkdir(folder, { recursive: true });
  await copyFile(join(here, 'playground.html'), join(folder, 'index.html'));
  const context = await esbuild.context({
    entryPoints: [join(here, 'playground.tsx')],
    outdir: folder,
    bundle: true,
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfig: join(here, '../../src/webview/tsconfig.json'),
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    plugins: [workers()],
    sourcemap: readable ? 'inline' : false,
    minify: !readable,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  await context.rebuild();
  const served = await context.serve({ servedir: folder, host: '127.0.0.1', port });
  return { address: `http://127.0.0.1:${served.port}/`, end: () => context.dispose() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const folder = join(here, '../../.cache/playground');
  // Without an await at the top, so that programs in TypeScript can load this file.
  void servePlayground(folder, { port: Number(values.port ?? 0), readable: true }).then(({ address }) =>
    console.log(address),
  );
}
