import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installBackend } from 'tfjs-backend-onnxruntime';
import { ensureDebian } from '../../../scripts/setup/debian';
import { buildCommandLine } from '../../../scripts/setup/cli';
import { inRoot } from '../../../scripts/setup/paths';
import { run } from '../../../scripts/setup/run';
import { ScriptError } from '../../../scripts/setup/run-main';
import { measure, readExpected, type Figures } from './measure';
import { writePictures } from './pictures';
import { faultsOf, pageText, tableText } from './report';

/** Settings of the bench of `keras.applications`. */
export interface ApplicationsOptions {
  /** Folder with exports of `export.py`. */
  readonly exports: string;
  /** A Python that makes the exports; they must be there if it is absent. */
  readonly python?: string | undefined;
  /** Side of the pictures of exports that are made; by default that of each network. */
  readonly size?: string | undefined;
  readonly threads: number;
  /** Whether to write docs/models.md. */
  readonly write: boolean;
}

/** Folder of the exports by default. */
export const EXPORTS = inRoot('.cache', 'applications');

/**
 * Measures the networks of `keras.applications`: counts, answers, removal and training.
 * @returns true if all of them work. @throws ScriptError where there are none
 */
export async function benchApplications(options: ApplicationsOptions): Promise<boolean> {
  const { exports, python, size, threads, write } = options;
  if (python !== undefined)
    for (const version of ['2', '3']) {
      const script = inRoot('test', 'bench', 'applications', 'export.py');
      const sized = size === undefined ? [] : ['--size', size];
      await run(python, ['-W', 'ignore', script, exports, '--keras', version, ...sized], { output: 'inherit' });
    }
  const names = (await readdir(exports).catch(() => [])).filter((name) => /-k\d$/.test(name)).sort();
  if (names.length === 0)
    throw new ScriptError(`${exports} holds no exports: name a Python that can make them with --python.`);
  await buildCommandLine();
  await installBackend({ threads });
  const pictures = await ensureDebian('dataset-fashion-mnist');
  const all: Figures[] = [];
  for (const name of names) {
    const folder = path.join(exports, name);
    const data = await writePictures(pictures, exports, (await readExpected(folder)).size);
    const figures = await measure(folder, data);
    all.push(figures);
    console.log(JSON.stringify({ ...figures, expected: undefined }));
  }
  console.log(`\n${tableText(all)}`);
  const faults = all.flatMap(faultsOf);
  for (const fault of faults) console.log(fault);
  if (write) await writeFile(inRoot('docs', 'models.md'), pageText(all));
  return faults.length === 0;
}
