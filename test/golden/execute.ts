import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment } from '../../scripts/setup/run';
import { ScriptError } from '../../scripts/setup/run-main';

/** One thread of one backend: the order of sums, and with it each bit, is then the same in every run. */
const EXACT = ['--threads', '1', '--backend', 'onnxruntime'];
/** The bound of one run, against hangs: milliseconds. */
const PATIENCE_MS = 300_000;
/** The wait between two looks at the folder of a run: milliseconds. */
const INTERVAL_MS = 15;
/** The exit code of a command that Ctrl+C ended. */
const INTERRUPTED = 130;

/** Runs a recipe to its end with `dist/cli.js` of a build. @throws ScriptError where the run fails */
export async function runWhole(cli: string, recipe: string, out: string): Promise<void> {
  const { code, stderr } = await start(cli, recipe, out).ended;
  requireSuccess(code, stderr, recipe);
}

/**
 * Interrupts the run of a recipe once it has written weights, then resumes it.
 * @throws ScriptError where the run ends before it is interrupted, or fails
 */
export async function runResumed(cli: string, recipe: string, out: string): Promise<void> {
  const { ended, interrupt } = start(cli, recipe, out);
  const over = new AbortController();
  await Promise.race([weightsIn(out, over.signal), ended]);
  over.abort();
  interrupt();
  const { code, stderr } = await ended;
  if (code === 0) throw new ScriptError(`${recipe} ended before it could be interrupted.`);
  if (code !== INTERRUPTED) requireSuccess(code, stderr, recipe);
  const second = await start(cli, recipe, out, ['--resume']).ended;
  requireSuccess(second.code, second.stderr, `${recipe}, resumed,`);
}

interface Ended {
  code: number | null;
  stderr: string;
}

function start(
  cli: string,
  recipe: string,
  out: string,
  more: readonly string[] = [],
): { interrupt: () => void; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, 'run', recipe, '--out', out, ...EXACT, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: cleanEnvironment(),
    timeout: PATIENCE_MS,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stderr });
    });
  });
  return { interrupt: () => child.kill('SIGINT'), ended };
}

/** Resolves once a folder holds weights, or when told that nobody waits any more. */
async function weightsIn(folder: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    if (names.some((name) => name.endsWith('.bin'))) return;
    await sleep(INTERVAL_MS);
  }
}

function requireSuccess(code: number | null, stderr: string, what: string): void {
  if (code !== 0) throw new ScriptError(`${what} failed with code ${String(code)}:\n${stderr.trimEnd()}`);
}
