import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { inRoot } from '../../../scripts/setup/paths';
import { run } from '../../../scripts/setup/run';

const Used = z.object({ peak: z.number(), cpu: z.number() });

/** A program that ran: its seconds by the clock and of the processor, the most bytes that it held, and its output. */
export interface Measured extends z.infer<typeof Used> {
  readonly seconds: number;
  readonly output: string;
}

/** Runs the command line in one process. @throws Error where it fails */
export async function secateur(args: readonly string[]): Promise<Measured> {
  const preload = ['--import', pathToFileURL(inRoot('test', 'bench', 'large', 'usage.mjs')).href];
  const begun = performance.now();
  const child = spawn(process.execPath, [...preload, inRoot('dist', 'command.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  const told = child.stdio[3];
  if (!stdout || !stderr || !(told instanceof Readable)) throw new Error('the program has no pipes');
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, complaint, used, code] = await Promise.all([text(stdout), text(stderr), text(told), ended]);
  if (code !== 0) throw new Error(complaint.trim().split('\n').at(-1));
  return { ...Used.parse(JSON.parse(used)), seconds: (performance.now() - begun) / 1000, output };
}

/** Runs the same work in numpy. */
export async function numpy(python: string, args: readonly string[]): Promise<Measured> {
  const begun = performance.now();
  const output = await run(python, [inRoot('test', 'bench', 'large', 'numpy_work.py'), ...args], { output: 'quiet' });
  return { ...Used.parse(JSON.parse(output)), seconds: (performance.now() - begun) / 1000, output };
}
