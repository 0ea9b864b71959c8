import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inRoot } from '../../../scripts/setup/paths';
import { ScriptError } from '../../../scripts/setup/runMain';
import { engineEnvironment } from '../../../src/extension/child/environment';
import { bundle, withFolder } from '../bundle';
import { atMost, type BenchLine, median } from '../line';
import { writeExamples } from '../peers/examples';
import { EngineFigures, type EngineJob } from './job';

/** `fashion-cnn`, as `Architecture` ships it. */
const NETWORK: EngineJob['network'] = { name: 'fashion-cnn', inputShape: [28, 28, 1], classes: 10, batch: 100 };
const STARTS = 3;

/** What the engine's backend costs beside the arithmetic: starting, bookkeeping, and weights that change. */
export function benchEngine(data: string, threads: number): Promise<BenchLine[]> {
  return withFolder(async (folder) => {
    const script = await bundle(inRoot('test', 'bench', 'engine', 'child.ts'), folder);
    const job: EngineJob = { network: NETWORK, examples: writeExamples(NETWORK, data, folder), threads };
    const runs: { coldMs: number; figures: EngineFigures }[] = [];
    for (let i = 0; i < STARTS; i++) runs.push(await runChild(script, job));
    const cold = median(runs.map(({ coldMs }) => coldMs)) / 1000;
    const bookkeeping = median(runs.map(({ figures }) => figures.bookkeeping));
    const preview = median(runs.map(({ figures: { first, warm } }) => median(first) / median(warm)));
    const recompiled = Math.max(...runs.map(({ figures }) => figures.recompiled));
    return [
      atMost('cold start: process up and first training step done', cold, 's', 1.5),
      atMost('recording and bookkeeping in a training step', 100 * bookkeeping, '%', 5),
      atMost('changed weights: first answer over a warm one', preview, 'ratio', 1.3),
      atMost('changed weights: graphs compiled anew', recompiled, '', 0),
    ];
  });
}

function runChild(script: string, job: EngineJob): Promise<{ coldMs: number; figures: EngineFigures }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [script, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: engineEnvironment(),
    });
    let coldMs = 0;
    let figures: EngineFigures | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') coldMs = performance.now() - start;
      else figures = EngineFigures.parse(JSON.parse(line));
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (figures) resolve({ coldMs, figures });
      else reject(new ScriptError(`The engine's bench ended with exit code ${String(code)} and no figures.`));
    });
  });
}
