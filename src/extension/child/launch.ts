import { fork, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../protocol/errors';
import type { Log } from '../log';
import { engineEnvironment } from './environment';

/** How an engine process is started; all paths absolute. */
export interface LaunchOptions {
  /** The engine's bundle. */
  module: string;
  /** A node program to run it under; by default the one that runs the extension host. */
  nodePath?: string | undefined;
  log: Log;
}

/**
 * Forks an engine with its own copy of the environment. Messages travel as JSON: the advanced serialization is tied to
 * the V8 of both ends, and `nodePath` may be another Node.js than the editor's.
 * @throws UserError when `nodePath` is no program.
 */
export function launchEngine({ module, nodePath, log }: LaunchOptions): ChildProcess {
  if (nodePath !== undefined) checkProgram(nodePath);
  const child = fork(module, [], {
    execPath: nodePath ?? process.execPath,
    // An inherited --inspect would make the child fight for the debugger's port.
    execArgv: [],
    env: engineEnvironment(),
    serialization: 'json',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on('line', (line) => log.info(`[engine ${child.pid ?? '?'}] ${line}`));
  }
  return child;
}

function checkProgram(file: string): void {
  try {
    if (!path.isAbsolute(file)) throw new Error('not an absolute path');
    if (!statSync(file).isFile()) throw new Error('not a file');
    accessSync(file, constants.X_OK);
  } catch (error) {
    throw new UserError(
      `The setting secateur.engine.nodePath names "${file}", which is not a program that can be run: correct it, or leave it empty.`,
      { cause: error },
    );
  }
}
