// Builds dist/: the package as ESM and CommonJS, the program of the worker threads, and with --types its declarations.
// usage: node esbuild.mjs [--types] [--worker]
// With --worker it builds the program of the worker threads only, for the tests.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const { values: flags } = parseArgs({ options: { types: { type: 'boolean' }, worker: { type: 'boolean' } } });
const inPackage = (...parts) => path.join(import.meta.dirname, ...parts);
const dist = inPackage('dist');

/** @type {esbuild.BuildOptions} */
const common = { bundle: true, platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning' };
/** CommonJS has no `import.meta`. @type {esbuild.BuildOptions} */
const commonJs = {
  ...common,
  format: 'cjs',
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
};

mkdirSync(dist, { recursive: true });
// Write another file first: worker threads of a running test may be starting from the old one.
const unfinished = inPackage('dist', `worker.${process.pid}.cjs`);
await esbuild.build({ ...commonJs, entryPoints: [inPackage('src', 'worker.ts')], outfile: unfinished });
renameSync(unfinished, inPackage('dist', 'worker.cjs'));
if (!flags.worker) {
  const entryPoints = [inPackage('src', 'index.ts')];
  await esbuild.build({ ...common, format: 'esm', entryPoints, outfile: inPackage('dist', 'index.js') });
  await esbuild.build({ ...commonJs, entryPoints, outfile: inPackage('dist', 'index.cjs') });
}
if (flags.types) {
  const file = inPackage('dist', 'index.d.ts');
  rmSync(file, { force: true });
  const generator = ['--project', inPackage('tsconfig.types.json'), '--no-banner', '--no-check'];
  execFileSync('dts-bundle-generator', [...generator, '-o', file, inPackage('src', 'index.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  copyFileSync(file, inPackage('dist', 'index.d.cts'));
  copyFileSync(inPackage('..', '..', 'LICENSE'), inPackage('LICENSE'));
}
