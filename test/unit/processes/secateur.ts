import { spawn } from 'node:child_process';
import path from 'node:path';
import { inject } from 'vitest';
import type { Outcome } from '../cli/secateur';

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

/** Runs the built command line in a process of its own. */
export function secateur(
  args: readonly string[],
  { node = [], cwd, unsupervised = false, watch, meanwhile }: SecateurOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const program = path.join(inject('dist'), unsupervised ? 'command.js' : 'cli.js');
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
