import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installBackend } from 'tfjs-backend-onnxruntime';
import { ensureDebian } from '../../../scripts/setup/debian';
import { buildCommandLine } from '../../../scripts/setup/cli';
import { inRoot } from '../../../scripts/setup/paths';
import { run } from '../../../scripts/setup/run';
import { ScriptError } from '../../../scripts/setup/run-main';
import { Figures, measure, train } from './measure';
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
  /** Whether to measure again what was measured. */
  readonly fresh: boolean;
}

/** Name of the file beside a network that keeps its figures. */
const MEASURED = 'measured.json';

/** Folder of the exports by default. */
export const EXPORTS = inRoot('.cache', 'applications');

/** Measures a network, unless its figures are kept. Keeps the time of training where a file of an earlier form has it. */
async function completed(kept: string | undefined, folder: string): Promise<Figures> {
  const file: unknown = kept === undefined ? {} : JSON.parse(kept);
  const whole = Figures.safeParse(file);
  if (whole.success) return whole.data;
  const { training } = Figures.pick({ training: true }).parse(file);
  return { ...(await measure(folder)), ...(training ? { training } : {}) };
}

/**
 * Measures the networks of `keras.applications`: counts, answers, removal and training.
 * @returns true if all of them work. @throws ScriptError where there are none
 */
export async function benchApplications(options: ApplicationsOptions): Promise<boolean> {
  const { exports, python, size, threads, write, fresh } = options;
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
    const file = path.join(exports, name, MEASURED);
    const kept = fresh ? undefined : await readFile(file, 'utf8').catch(() => undefined);
    const figures = await completed(kept, path.join(exports, name));
    await writeFile(file, JSON.stringify(figures));
    console.log(JSON.stringify({ ...figures, expected: undefined }));
    all.push(figures);
  }
  for (const [i, figures] of all.entries()) {
    if (figures.training !== undefined) continue;
    const folder = path.join(exports, figures.name);
    const training = await train(folder, await writePictures(pictures, exports, figures.expected.size));
    console.log(figures.name, JSON.stringify(training));
    all[i] = { ...figures, training };
    await writeFile(path.join(folder, MEASURED), JSON.stringify(all[i]));
    if (write) await writeFile(inRoot('docs', 'models.md'), pageText(all));
  }
  console.log(`\n${tableText(all)}`);
  const faults = all.flatMap(faultsOf);
  for (const fault of faults) console.log(fault);
  if (write) await writeFile(inRoot('docs', 'models.md'), pageText(all));
  return faults.length === 0;
}
