/**
 * Runs tfjs-core's own specs on its cpu backend and on ours, side by side, and prints the number that passes on each.
 *
 *     npm run test:conformance -- [--only PATTERN] [--verbose] [--report FILE]
 *
 * The last line counts the specs on ours. A spec that passes on cpu and does not pass here is a failure: the exit code is 1.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { COMPUTING } from '../../testing/bundle';
import { runMain, ScriptError } from '../tools/run-main';
import { compare } from './compare';
import { type ConformanceResult, conformanceResult } from './result';
import { findSpecs, type SpecFiles } from './specs';

const PACKAGE = path.resolve(import.meta.dirname, '../..');
const CACHE = path.join(PACKAGE, '.cache/conformance');

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
        resolveDir: PACKAGE,
      }));
    },
  };
}

async function bundle(specs: SpecFiles): Promise<string> {
  const outfile = path.join(CACHE, 'specs.cjs');
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'worker.ts')],
    outfile,
    ...COMPUTING,
    external: [...COMPUTING.external, 'jasmine-core'],
    plugins: [specLoaders(specs)],
  });
  return outfile;
}

async function runOn(backend: string, script: string, pattern: string): Promise<ConformanceResult> {
  const report = path.join(CACHE, `${backend}.json`);
  // Specs print messages on purpose; these appear only if the run fails.
  await promisify(execFile)(process.execPath, [script, backend, pattern, report], { maxBuffer: 2 ** 28 });
  return conformanceResult.parse(JSON.parse(readFileSync(report, 'utf8')));
}

function print({ backend, files, loadErrors, fallbacks }: ConformanceResult, verbose: boolean): void {
  const results = Object.entries(files);
  const passed = results.reduce((sum, [, file]) => sum + file.passed.length, 0);
  const failed = results.reduce((sum, [, file]) => sum + file.failures.length, 0);
  console.log(`${backend}: ${passed} passed, ${failed} failed`);
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

runMain(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '.' },
      verbose: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  mkdirSync(CACHE, { recursive: true });
  const specs = findSpecs();
  console.log(`${specs.chosen.length} spec files, ${specs.leftOut.length} left out`);
  for (const { file, reason } of specs.leftOut) console.log(`  left out: ${file} ${reason}`);
  const script = await bundle(specs);
  const [reference, ours] = await Promise.all([
    runOn('cpu', script, values.only),
    runOn('onnxruntime', script, values.only),
  ]);
  if (values.verbose) {
    const silent = specs.chosen.filter((file) => !(file in reference.files));
    console.log(`without a spec for Node: ${silent.join(', ')}`);
  }
  for (const result of [reference, ours]) print(result, values.verbose);
  const { passed, worse, cpuOnly } = compare(reference, ours);
  console.log(`for the cpu backend alone: ${cpuOnly} specs`);
  for (const name of worse) console.log(`passes on cpu only: ${name}`);
  if (passed === 0) throw new ScriptError(`No spec ran: no file name matches ${values.only}.`);
  const failed = worse.length + ours.loadErrors.length;
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ passed, failed }));
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) throw new ScriptError('Some specs pass on cpu and not on this backend.');
});
