import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Random } from '../../src/engine/dataset/random';
import { writeBench } from './bench';

/** Counts of attacks on runs and of their outcomes. */
export interface ChaosCounts {
  /** Processes ended by SIGKILL while they ran. */
  kills: number;
  /** Runs that ended in the same bytes as one that nothing disturbed. */
  same: number;
  /** Runs on a disk that was full or read-only, each ended by one sentence. */
  faults: number;
  /** Second runs in a folder where one was at work. */
  concurrent: number;
  /** Bits turned over in what a killed run left: those that the next run told of, and those that did no harm. */
  flips: { told: number; harmless: number };
}

export interface ChaosOptions {
  /** Bundle of the command line's program that works, so that a kill meets the work itself. */
  readonly cli: string;
  /** An empty folder. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly tell?: (line: string) => void;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  seconds: number;
}

const FAULTS = path.resolve('test/fixtures/disk-faults.cjs');
const ONE_SENTENCE = /^["A-Z][^\n]*\.$/;

/**
 * Disturbs runs of the command line until so many have been killed: at random moments, on full and read-only disks, two at
 * once, with bits turned over in what they left; each is then resumed. The same seed disturbs in the same order; moments
 * are real time.
 * @throws Error where a run ends in other bytes, fails without one sentence, or leaves a file half-written
 */
export async function chaos({ cli, folder, kills, seed, tell = () => undefined }: ChaosOptions): Promise<ChaosCounts> {
  const random = new Random(0xc4a05, seed);
  const share = (): number => random.below(2 ** 30) / 2 ** 30;
  const recipes = [...(await writeBench(folder))];
  const counts: ChaosCounts = { kills: 0, same: 0, faults: 0, concurrent: 0, flips: { told: 0, harmless: 0 } };
  const command = (recipe: string, out: string): string[] => [
    ...['run', recipe, '--out', out, '--resume', '--backend', 'onnxruntime', '--threads', '1'],
  ];
  const undisturbed = new Map<string, { hashes: string; final: string; seconds: number }>();
  for (let round = 0; counts.kills < kills; round++) {
    const [name, recipe] = recipes[round % recipes.length]!;
    let whole = undisturbed.get(name);
    if (!whole) {
      const out = path.join(folder, 'whole', name);
      const { code, stderr, seconds } = await run(cli, command(recipe, out));
      if (code !== 0) throw new Error(`${name} fails undisturbed: ${stderr}`);
      whole = { hashes: await hashes(out), final: await hashes(out, true), seconds };
      undisturbed.set(name, whole);
    }
    const disk = round % 2 === 0 ? 'full-disk' : 'read-only-disk';
    const out = path.join(folder, disk, `${round}-${name}`);
    await mkdir(path.dirname(out), { recursive: true });
    let flipped = false;
    for (let attempt = 0; ; attempt++) {
      const kill = counts.kills < kills && attempt < 4 ? share() * whole.seconds : undefined;
      const rival = kill !== undefined && share() < 0.2;
      const [one, second] = await Promise.all([
        run(cli, command(recipe, out), kill),
        rival ? run(cli, command(recipe, out)) : undefined,
      ]);
      if (second) {
        counts.concurrent++;
        if (second.code !== 0) requireSentence(second, `a second run of ${name}`);
      }
      if (one.signal === 'SIGKILL') counts.kills++;
      else if (one.code === 0) break;
      else if (flipped) {
        // Noticed: the damage is said, and the run begins anew.
        requireSentence(one, `${name} with a bit turned over`);
        counts.flips.told++;
        flipped = false;
        await rm(out, { recursive: true, force: true });
        continue;
      } else if (second?.code !== 0) throw new Error(`${name} fails: ${one.stderr}`);
      else requireSentence(one, `a first run of ${name}`);
      tell(`${counts.kills} kills: ${name}, ${one.seconds.toFixed(1)} s, ${one.signal ?? `code ${one.code}`}`);
      if (share() < 0.25) {
        const faulty = await run(cli, command(recipe, out), undefined, ['--require', FAULTS]);
        if (faulty.code !== 0) {
          requireSentence(faulty, `${name} on a ${disk}`);
          counts.faults++;
        }
      }
      if (!flipped && share() < 0.3) flipped = await flip(out, random);
    }
    const [now, expected] = flipped ? [await hashes(out, true), whole.final] : [await hashes(out), whole.hashes];
    if (now !== expected)
      throw new Error(
        `${name} in ${out} ends in other bytes${flipped ? ' after a flip' : ''}:\n${now}\nnot\n${expected}`,
      );
    if (flipped) counts.flips.harmless++;
    counts.same++;
    await requireClean(out);
    await rm(out, { recursive: true, force: true });
  }
  return counts;
}

function requireSentence({ stderr, code }: Ended, what: string): void {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  if (!ONE_SENTENCE.test(last) || /^Internal error/.test(last))
    throw new Error(`${what} ends with code ${code} and no sentence: ${stderr}`);
}

/** A process of the command line, killed after so many seconds where that is said. */
function run(cli: string, args: readonly string[], kill?: number, node: readonly string[] = []): Promise<Ended> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...node, cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = kill === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), kill * 1000);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stderr, seconds: (performance.now() - start) / 1000 });
    });
  });
}

/** Every checkpoint file below a folder with its SHA-256; or those right in it only. */
async function hashes(folder: string, final = false): Promise<string> {
  const names = await readdir(folder, { recursive: !final });
  const files = names.filter((name) => /model\.json$|\.bin$/.test(name)).sort();
  const lines = files.map(async (name) => {
    const bytes = await readFile(path.join(folder, name));
    return `${name} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
  return (await Promise.all(lines)).join('\n');
}

/** Turns one bit over in one of the files below a folder; false where there is none. */
async function flip(folder: string, random: Random): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.secateur'));
  const chosen = files[random.below(Math.max(1, files.length))];
  if (!chosen) return false;
  const file = path.join(chosen.parentPath, chosen.name);
  const bytes = await readFile(file);
  if (bytes.length === 0) return false;
  const at = random.below(bytes.length);
  bytes[at] = bytes[at]! ^ (1 << random.below(8));
  await writeFile(file, bytes);
  return true;
}

/** @throws Error where a finished run has left a file that is only for an unfinished one */
async function requireClean(out: string): Promise<void> {
  const names = await readdir(out, { recursive: true });
  const left = names.filter((name) => /^state(\/|$)|\.secateur/.test(name));
  if (left.length > 0) throw new Error(`${out} is finished and still holds ${left.join(', ')}`);
}
