import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

/** The outcome of a command. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface SecateurOptions {
  /** Options of node itself. */
  node?: readonly string[];
  cwd?: string;
  /** Runs the program that works without the one that supervises it, so that a signal meets the work itself. */
  unsupervised?: boolean;
  /** Hears stderr so far, and may send a signal; only the first is sent. */
  watch?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Runs beside the command, and may send it a signal. */
  meanwhile?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>;
}

/** Builds the command line for one test file and answers with a function that runs it in a process of its own. */
export function builtSecateur(): (args: readonly string[], options?: SecateurOptions) => Promise<Outcome> {
  let dist = '';
  beforeAll(async () => {
    // Within the project, so that the bundle finds the native library.
    const cache = path.resolve('.cache');
    await mkdir(cache, { recursive: true });
    dist = await mkdtemp(path.join(cache, 'test-cli-'));
    const built = ['esbuild.mjs', '--only', 'cli', '--dist', path.relative('.', dist)];
    await promisify(execFile)(process.execPath, built);
  });
  afterAll(() => rm(dist, { recursive: true, force: true }));

  return (args, { node = [], cwd, unsupervised = false, watch, meanwhile } = {}) =>
    new Promise((resolve, reject) => {
      const program = path.join(dist, unsupervised ? 'command.js' : 'cli.js');
      const child = spawn(process.execPath, [...node, program, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(cwd === undefined ? {} : { cwd }),
      });
      let killed = false;
      const outcome: Outcome = { code: null, stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        outcome.stderr += text;
        watch?.(outcome.stderr, (signal) => {
          if (!killed) child.kill(signal);
          killed = true;
        });
      });
      meanwhile?.((signal) => child.kill(signal)).catch(reject);
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ ...outcome, code });
      });
    });
}

/** The last line of a text, without its end. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
