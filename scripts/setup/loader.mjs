import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';

const source = path.resolve(import.meta.dirname, '../../src/loader');

/** Names between the modules of the loader, which nobody else sees; none is a field of model.json. */
const INTERNAL = /^(among|bit|raw|chance|take|last|parameter|tensor|text|weightsOf)$/;

/**
 * Builds `secateur/loader`: index.mjs, index.cjs and index.d.ts, all of which stand alone.
 * @param {string} folder absolute
 */
export async function buildLoader(folder) {
  mkdirSync(folder, { recursive: true });
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(source, 'index.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    mangleProps: INTERNAL,
    logLevel: 'warning',
  });
  const code = outputFiles[0].text;
  // The wrapper that esbuild makes for CommonJS is larger than that.
  const inCommon = code.replace(/export\{(\w+) as packed\};\s*$/, 'exports.packed=$1;');
  if (inCommon === code) throw new Error('the export of the loader is not where it was');
  writeFileSync(path.join(folder, 'index.mjs'), code);
  writeFileSync(path.join(folder, 'index.cjs'), inCommon);
  const types = readFileSync(path.join(source, 'public.ts'), 'utf8');
  writeFileSync(path.join(folder, 'index.d.ts'), `${types}\nexport declare const packed: Packed;\n`);
}
