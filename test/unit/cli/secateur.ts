import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { disposeBackend } from 'tfjs-backend-onnxruntime';
import { afterAll, beforeAll } from 'vitest';
import { execute } from '../../../src/engine/cli/execute';
import { Terminal } from '../../../src/engine/cli/terminal';

/** The outcome of a command. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Answers with a function that performs commands in the process of the test file, each with an engine of its own, one
 * after another. No tfjs-node is in sight, so ONNX Runtime computes.
 * @throws Error where a command fails with anything but a sentence for its user
 */
export function secateurHere(): (args: readonly string[]) => Promise<Outcome> {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'secateur-home-'));
    await mkdir(path.join(home, 'dist'));
    await symlink(path.resolve('media'), path.join(home, 'media'));
  });
  afterAll(async () => {
    disposeBackend();
    await rm(home, { recursive: true, force: true });
  });
  let last: Promise<unknown> = Promise.resolve();
  return (args) => {
    const outcome = last.then(() => perform(args, path.join(home, 'dist', 'command.js')));
    last = outcome.catch(() => undefined);
    return outcome;
  };
}

async function perform(args: readonly string[], bundle: string): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof written): Writable =>
    new Writable({
      write(chunk, _, done) {
        written[stream] += String(chunk);
        done();
      },
    });
  const code = await execute(args, {
    bundle,
    terminal: new Terminal(into('stdout'), into('stderr')),
    signal: new AbortController().signal,
    stoppedBy: () => undefined,
  });
  if (/^Internal error/m.test(written.stderr)) throw new Error(written.stderr);
  return { code, ...written };
}

/** The last line of a text, without its end. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
