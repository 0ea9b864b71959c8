// Builds dist/: the extension, the engine, the command line, the page, and the loader of packed models.
// usage: node esbuild.mjs [--production] [--watch] [--only extension,engine,cli,mcp,page,loader] [--dist FOLDER]
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { buildLoader } from './scripts/setup/loader.mjs';
import { workers } from './scripts/setup/workers.mjs';

const { values: flags } = parseArgs({
  options: {
    production: { type: 'boolean' },
    watch: { type: 'boolean' },
    only: { type: 'string' },
    dist: { type: 'string', default: 'dist' },
  },
});
const { dist } = flags;
const production = flags.production === true;
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  absWorkingDir: import.meta.dirname,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: {
    SECATEUR_VERSION: JSON.stringify(version),
    'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development'),
  },
};

/** @type {esbuild.BuildOptions} */
const node = { ...common, platform: 'node', target: 'node20', format: 'cjs' };

/** Modules may ask for their own place: in a bundle it is that of the bundle. */
const BUNDLE_URL = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;";

/**
 * TensorFlow.js registers its gradients and chained operations only in its ES modules, and the page's copy of a
 * module must be the same as its dependents': hence `module` before `main`.
 * @type {esbuild.BuildOptions}
 */
const engine = {
  ...node,
  mainFields: ['module', 'main'],
  external: ['onnxruntime-node', 'onnxruntime-node/*', '@tensorflow/tfjs-node', 'encoding'],
  define: { ...node.define, 'import.meta.url': 'bundleUrl' },
  banner: { js: BUNDLE_URL },
};

/** What the decoders of pictures load from beside the bundle. */
const CODECS = ['@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm', '@jsquash/webp/codec/dec/webp_dec.wasm'];

/** The files in the workers of the page, for its record. */
const inWorkers = {};

/** @type {Record<string, esbuild.BuildOptions>} */
const bundles = {
  extension: {
    ...node,
    entryPoints: ['src/extension/main.ts'],
    outfile: `${dist}/extension.js`,
    external: ['vscode'],
    // The clock of the activation time starts with the first line of the bundle, before any module of it is evaluated.
    banner: { js: 'globalThis.secateurBundleStart = performance.now();' },
  },
  engine: { ...engine, entryPoints: ['src/engine/main.ts'], outfile: `${dist}/engine.js` },
  cli: {
    ...engine,
    entryPoints: { cli: 'src/engine/cli.ts', command: 'src/engine/command.ts' },
    outdir: dist,
    banner: { js: `#!/usr/bin/env node\n${BUNDLE_URL}` },
  },
  mcp: {
    ...node,
    entryPoints: ['src/mcp/main.ts'],
    outfile: `${dist}/mcp.js`,
    // The SDK's own ES modules are smaller than its CommonJS.
    mainFields: engine.mainFields,
  },
  worker: {
    ...node,
    entryPoints: ['tfjs-backend-onnxruntime/worker'],
    outfile: `${dist}/worker.cjs`,
    define: { ...node.define, 'import.meta.url': 'bundleUrl' },
    banner: { js: BUNDLE_URL },
  },
  decoding: {
    ...node,
    entryPoints: { decoding: 'src/engine/dataset/pictures/decoding-thread.ts' },
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    mainFields: engine.mainFields,
    define: engine.define,
    banner: engine.banner,
  },
  packing: {
    ...node,
    entryPoints: { packing: 'src/engine/compress/pack/packing-thread.ts' },
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    mainFields: engine.mainFields,
  },
  weights: {
    ...node,
    entryPoints: { weights: 'src/engine/weights-thread.ts' },
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    mainFields: engine.mainFields,
  },
  page: {
    ...common,
    entryPoints: { main: 'src/webview/main.tsx' },
    outdir: `${dist}/webview`,
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfig: 'src/webview/tsconfig.json',
    loader: { '.ttf': 'file', '.svg': 'file' },
    assetNames: '[name]',
    plugins: [workers(inWorkers)],
  },
};

const only = flags.only?.split(',') ?? [...Object.keys(bundles), 'loader'];
if (only.includes('loader')) await buildLoader(path.resolve(import.meta.dirname, dist, 'loader'));
// Whatever computes starts threads from the program beside it.
if (only.some((name) => ['engine', 'cli'].includes(name)))
  only.push(...['worker', 'decoding', 'packing', 'weights', 'mcp'].filter((name) => !only.includes(name)));
const chosen = only
  .filter((name) => name !== 'loader')
  .map((name) => {
    if (!(name in bundles))
      throw new Error(`Unknown bundle "${name}": choose from ${Object.keys(bundles).join(', ')}.`);
    return { name, options: bundles[name] };
  });
if (only.some((name) => ['engine', 'cli'].includes(name))) copyCodecs();
if (flags.watch) {
  for (const { options } of chosen) await (await esbuild.context({ ...options, logLevel: 'info' })).watch();
} else {
  try {
    await Promise.all(chosen.map(build));
  } catch {
    process.exitCode = 1; // esbuild has printed what was wrong, with its place.
  }
}

function copyCodecs() {
  mkdirSync(path.resolve(import.meta.dirname, dist), { recursive: true });
  for (const codec of CODECS) {
    const from = path.join(import.meta.dirname, 'node_modules', codec);
    copyFileSync(from, path.resolve(import.meta.dirname, dist, path.basename(codec)));
  }
}

/** Builds one bundle, and keeps esbuild's record of what went into it: the licences of the package come from there. */
async function build({ name, options }) {
  const { metafile } = await esbuild.build(options);
  if (name === 'page') Object.assign(metafile.inputs, inWorkers);
  mkdirSync(path.join(import.meta.dirname, dist, 'meta'), { recursive: true });
  writeFileSync(path.join(import.meta.dirname, dist, 'meta', `${name}.json`), JSON.stringify(metafile));
}
