import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { computingEnvironment } from '../../tools/environment';
import { inPackage } from '../../tools/paths';
import { ScriptError } from '../../tools/run-main';
import { bundle, withFolder } from '../../../testing/bundle';
import { atMost, type BenchLine, median } from '../../../testing/bench-line';
import { writeExamples } from '../peers/examples';
import { OverheadFigures, type OverheadJob } from './job';

/** A small and common network of the bench. */
const NETWORK: OverheadJob['network'] = { name: 'fashion-cnn', inputShape: [28, 28, 1], classes: 10, batch: 100 };
const STARTS = 3;

/** Measures the overhead of the backend: start, bookkeeping, and changed weights. */
export function benchOverhead(data: string, threads: number): Promise<BenchLine[]> {
  return withFolder(async (folder) => {
    const script = await bundle(inPackage('test', 'bench', 'overhead', 'child.ts'), folder);
    const job: OverheadJob = { network: NETWORK, examples: writeExamples(NETWORK, data, folder), threads };
    const runs: { coldMs: number; figures: OverheadFigures }[] = [];
    for (let i = 0; i < STARTS; i++) runs.push(await runChild(script, job));
    const cold = median(runs.map(({ coldMs }) => coldMs)) / 1000;
    const bookkeeping = median(runs.map(({ figures }) => figures.bookkeeping));
    const preview = median(runs.map(({ figures: { first, warm } }) => median(first) / median(warm)));
    const recompiled = Math.max(...runs.map(({ figures }) => figures.recompiled));
    return [
      atMost('cold start: process up and first training step done', cold, 's', 1.5),
      atMost('recording and bookkeeping in a training step', 100 * bookkeeping, '%', 5),
      atMost('changed weights: first answer over a warm one', preview, 'ratio', 1.3),
      atMost('changed weights: recompiled graphs', recompiled, '', 0),
    ];
  });
}

function runChild(script: string, job: OverheadJob): Promise<{ coldMs: number; figures: OverheadFigures }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [script, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: computingEnvironment(),
    });
    let coldMs = 0;
    let figures: OverheadFigures | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') coldMs = performance.now() - start;
      else figures = OverheadFigures.parse(JSON.parse(line));
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (figures) resolve({ coldMs, figures });
      else reject(new ScriptError(`The bench of the overhead ended with exit code ${String(code)} and no figures.`));
    });
  });
}
