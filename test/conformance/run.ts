/**
 * Runs tfjs-core's own specs on its cpu backend and on ours and prints how many pass.
 *
 *     npx tsx test/conformance/run.ts [--backend cpu|onnxruntime] [--only PATTERN] [--verbose]
 *
 * Exits with 1 where a spec fails on ours that passes on cpu.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { type ConformanceResult, conformanceResult } from './result';
import { findSpecs, type SpecFiles } from './specs';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const CACHE = path.join(REPOSITORY, '.cache/conformance');

function specLoaders({ root, chosen }: SpecFiles): esbuild.Plugin {
  const loaders = chosen.map(
    (file) => `${JSON.stringify(file)}: () => { require(${JSON.stringify(path.join(root, file))}); }`,
  );
  return {
    name: 'tfjs-core-specs',
    setup(build) {
      build.onResolve({ filter: /^tfjs-core-specs$/ }, ({ path: name }) => ({ path: name, namespace: 'specs' }));
      build.onLoad({ filter: /.*/, namespace: 'specs' }, () => ({
        contents: `export const specs = {\n${loaders.join(',\n')}\n};`,
        resolveDir: REPOSITORY,
      }));
    },
  };
}

async function bundle(specs: SpecFiles): Promise<string> {
  const outfile = path.join(CACHE, 'specs.cjs');
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', 'jasmine-core'],
    plugins: [specLoaders(specs)],
    logLevel: 'error',
  });
  return outfile;
}

function runOn(backend: string, script: string, pattern: string): ConformanceResult {
  const report = path.join(CACHE, `${backend}.json`);
  const { status } = spawnSync(process.execPath, [script, backend, pattern, report], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The specs on ${backend} ended with code ${String(status)}.`);
  return conformanceResult.parse(JSON.parse(readFileSync(report, 'utf8')));
}

function print({ backend, files, loadErrors, fallbacks }: ConformanceResult, verbose: boolean): void {
  const results = Object.entries(files);
  const passed = results.reduce((sum, [, file]) => sum + file.passed, 0);
  const failed = results.reduce((sum, [, file]) => sum + file.failures.length, 0);
  const whole = results.filter(([, file]) => file.failures.length === 0).length;
  console.log(`${backend}: ${passed} passed, ${failed} failed; ${whole} of ${results.length} files without a failure`);
  for (const error of loadErrors) console.log(`  not loaded: ${error}`);
  for (const [name, { failures }] of results) {
    for (const failure of failures) {
      console.log(`  ${name}: ${failure.name}`);
      if (verbose) console.log(`      ${failure.message.slice(0, 300).replaceAll('\n', ' ')}`);
    }
  }
  const fallen = Object.entries(fallbacks).sort(([, a], [, b]) => b - a);
  if (verbose && fallen.length > 0)
    console.log(`  on cpu kernels: ${fallen.map((entry) => entry.join(' ')).join(', ')}`);
}

function failuresOf({ files }: ConformanceResult): Set<string> {
  return new Set(
    Object.entries(files).flatMap(([file, { failures }]) => failures.map(({ name }) => `${file} ${name}`)),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', multiple: true, default: ['cpu', 'onnxruntime'] },
      only: { type: 'string', default: '.' },
      verbose: { type: 'boolean', default: false },
    },
  });
  mkdirSync(CACHE, { recursive: true });
  const specs = findSpecs();
  for (const { file, reason } of specs.leftOut) if (values.verbose) console.log(`left out: ${file} ${reason}`);
  console.log(`${specs.chosen.length} spec files, ${specs.leftOut.length} left out`);
  const script = await bundle(specs);
  const results = values.backend.map((backend) => runOn(backend, script, values.only));
  for (const result of results) print(result, values.verbose);
  const [reference, ours] = results;
  if (!reference || !ours) return;
  const known = failuresOf(reference);
  const worse = [...failuresOf(ours)].filter((name) => !known.has(name));
  if (worse.length > 0) process.exitCode = 1;
}

void main();
