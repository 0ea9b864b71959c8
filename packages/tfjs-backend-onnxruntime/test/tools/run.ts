import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Options of `run`. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end.
 *
 * @returns its standard output. @throws Error with all its output if it fails
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { ...options, maxBuffer: 2 ** 28 });
  return stdout;
}
