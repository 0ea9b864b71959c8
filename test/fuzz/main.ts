// usage: npm run fuzz -- [--seconds N | --files N] [--seed S] [--only model|settings|shards|run|recipe|scan|data|otherData|packed] [--from INDEX] [--keep] [--report FILE]
// Bends checkpoints, shards, recipes, run folders, scans and data sets out of shape and asks the engine about them.
// --files N opens at least so many packed files, however long that takes.
// Fails where an answer takes over 2 s of processor time or 1 GB, touches what is outside, or is no clear sentence.
import { fork, type ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inRoot } from '../../scripts/setup/paths';
import { runMain, ScriptError } from '../../scripts/setup/run-main';
import { bundle, withFolder } from 'tfjs-backend-onnxruntime/testing/bundle';
import { peakMemory } from '../harness/processes';
import { News, TELLS_MEMORY, type PackedTally } from './news';

/** Files beside the bundle that the decoders of pictures load. */
const CODECS = ['@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm', '@jsquash/webp/codec/dec/webp_dec.wasm'];

/** Limits of a question: seconds of processor time, and bytes. */
const LIMIT_SECONDS = 2;
const LIMIT_BYTES = 2 ** 30;
/** Beside its processor time a question waits for the disk. That it waits for other programs is no fault of its own. */
const LIMIT_WALL_SECONDS = 60;
/** A worker is followed by a fresh one after so many cases, so that its peak tells of the last few. */
const CASES_A_WORKER = 400;
const TICKS_A_SECOND = 100;

interface Tally {
  cases: number;
  answered: number;
  refused: number;
  readonly byTarget: Record<string, number>;
  readonly packed: PackedTally;
  readonly findings: string[];
}

/** When to end: at a time of `performance`, or after so many packed files. */
interface End {
  readonly at: number;
  readonly files: number;
}

const isOver = (end: End, { packed }: Tally): boolean => performance.now() >= end.at || packed.files >= end.files;

/**
 * Reads a number above 0 from the arguments.
 * @returns `Infinity` where it is left out. @throws ScriptError with the name of the argument
 */
function limitOf(name: string, text: string | undefined): number {
  const limit = Number(text ?? Infinity);
  if (!(limit > 0)) throw new ScriptError(`--${name} is "${text}": give a number above 0.`);
  return limit;
}

/** Seconds of processor time that a process has taken (Linux; elsewhere NaN, and the clock on the wall decides). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Seconds for which a process has waited for a processor that others had (Linux; elsewhere 0). */
async function queuedSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  return Number(stat.split(' ')[1] ?? 0) / 1e9;
}

interface WorkerSettings {
  readonly folder: string;
  readonly fixtures: string;
  readonly corpus: string;
  readonly seed: number;
  readonly from: number;
  readonly only?: string;
}

/** Runs cases in one process until it has done enough of them, has failed, or time is up; answers with the next index. */
async function runWorker(script: string, settings: WorkerSettings, end: End, tally: Tally): Promise<number> {
  const child: ChildProcess = fork(script, [JSON.stringify(settings)], {
    execArgv: ['--expose-gc'],
    // Memory that was freed goes back at once, so that what is taken later is seen.
    env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const pid = child.pid!;
  let current: { index: number; target: string; cpu: number; wall: number; queued: number } | undefined;
  let next = settings.from;
  let gone: string | undefined;
  const find = (index: number, target: string, what: string): void => {
    tally.findings.push(`case ${index} (${target}): ${what}`);
    console.log(tally.findings.at(-1));
  };
  child.on('exit', (code, signal) => (gone = `the process ended by itself (${signal ?? code})`));
  // One after the other: the end of a question must not be heard before its beginning, whose reading of clocks takes longer.
  let heard = Promise.resolve();
  child.on('message', (raw) => {
    heard = heard.then(async () => {
      const news = News.parse(raw);
      if (news.kind === 'begin') {
        current = {
          index: news.index,
          target: news.target,
          cpu: await cpuSeconds(pid),
          wall: performance.now(),
          queued: await queuedSeconds(pid),
        };
        return;
      }
      current = undefined;
      next = news.index + 1;
      tally.cases++;
      tally.answered += news.answered;
      tally.refused += news.refused;
      tally.byTarget[news.target] = (tally.byTarget[news.target] ?? 0) + 1;
      if (news.packed) {
        tally.packed.files += news.packed.files;
        tally.packed.ms = Math.max(tally.packed.ms, news.packed.ms);
        tally.packed.bytes = Math.max(tally.packed.bytes, news.packed.bytes);
      }
      for (const what of news.found) find(news.index, news.target, what);
      if (child.connected) child.send('heard');
    });
  });
  try {
    while (gone === undefined && !isOver(end, tally) && next < settings.from + CASES_A_WORKER) {
      await delay(50);
      const peak = await peakMemory(pid).catch(() => 0);
      const now = current;
      if (!now) continue;
      const cpu = (await cpuSeconds(pid)) - now.cpu;
      const wall = (performance.now() - now.wall) / 1000 - ((await queuedSeconds(pid)) - now.queued);
      const slow = cpu > LIMIT_SECONDS || wall > LIMIT_WALL_SECONDS;
      if (!(slow || peak > LIMIT_BYTES)) continue;
      // It may have ended while it was being asked about, or earlier, and this process has had no time to hear that.
      await delay(50);
      await heard;
      if (current !== now) continue;
      find(now.index, now.target, slow ? `hangs (${cpu.toFixed(1)} s)` : `takes ${(peak / 2 ** 30).toFixed(1)} GB`);
      return now.index + 1;
    }
    if (gone !== undefined && !isOver(end, tally)) {
      if (!current) throw new ScriptError(`The fuzzer's process cannot start: ${gone}.`);
      find(current.index, current.target, gone);
      return current.index + 1;
    }
    return next;
  } finally {
    child.kill('SIGKILL');
  }
}

runMain(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      files: { type: 'string' },
      seed: { type: 'string', default: '0' },
      only: { type: 'string' },
      from: { type: 'string', default: '0' },
      keep: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  if (values.files !== undefined && values.only !== undefined && values.only !== 'packed')
    throw new ScriptError(`--files counts packed files, and --only ${values.only} opens none: use --seconds there.`);
  const files = limitOf('files', values.files);
  const seconds = limitOf('seconds', values.seconds ?? (values.files === undefined ? '60' : undefined));
  const tally: Tally = {
    cases: 0,
    answered: 0,
    refused: 0,
    byTarget: {},
    packed: { files: 0, ms: 0, bytes: 0 },
    findings: [],
  };
  await withFolder(async (folder) => {
    const script = await bundle(inRoot('test', 'fuzz', 'case-worker.ts'), folder, { SECATEUR_VERSION: '"test"' });
    const cases = path.join(folder, 'cases');
    const sources = {
      fixtures: inRoot('test', 'fixtures', 'keras'),
      corpus: inRoot('test', 'fuzz', 'corpus'),
      data: inRoot('test', 'fixtures'),
      sample: inRoot('media', 'samples', 'fashion-cnn', 'model.json'),
    };
    for (const codec of CODECS) copyFileSync(inRoot('node_modules', codec), path.join(folder, path.basename(codec)));
    mkdirSync(cases);
    const end = { at: performance.now() + 1000 * seconds, files };
    const only = values.only === undefined ? {} : { only: values.only };
    for (let from = Number(values.from); !isOver(end, tally);) {
      const settings = { folder: cases, ...sources, seed: Number(values.seed), from, ...only };
      from = await runWorker(script, settings, end, tally);
    }
    if (values.keep && existsSync(cases)) {
      const kept = inRoot('.cache', 'fuzz');
      rmSync(kept, { recursive: true, force: true });
      cpSync(cases, kept, { recursive: true, verbatimSymlinks: true, filter: (file) => !lstatSync(file).isFIFO() });
      console.log(`The cases that failed are in ${kept}.`);
    }
  });
  const { cases, answered, refused, byTarget, packed, findings } = tally;
  const kinds = Object.entries(byTarget).map(([target, count]) => `${target} ${count}`);
  console.log(`${cases} cases (${kinds.join(', ')}), ${answered} questions answered, ${refused} refused`);
  if (packed.files > 0) {
    const memory = TELLS_MEMORY ? ` and ${(packed.bytes / 2 ** 20).toFixed(0)} MB beyond the declared bytes` : '';
    console.log(
      `${packed.files} packed files, each opened by the engine and by the loader: ${packed.ms.toFixed(0)} ms of processor time${memory} at most`,
    );
  }
  const failed = new Set(findings.map((finding) => finding.split(':')[0])).size;
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ passed: cases - failed, failed }));
  if (cases === 0) throw new ScriptError('No case ran.');
  if (findings.length > 0)
    throw new ScriptError(`${findings.length} findings: repeat one with --from INDEX --seed ${values.seed}.`);
});
