import { fork, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { t } from '../protocol/l10n';
import { UserError } from '../protocol/errors';
import { engineEnvironment } from './environment';

/** Options of an engine process; all paths are absolute. */
export interface LaunchOptions {
  /** The engine's bundle. */
  module: string;
  /** The Node program that runs it; by default the one that runs the extension host. */
  nodePath?: string | undefined;
  /** Keeps the compiled bundle between starts: a third of the processor time of each. */
  codeFolder?: string | undefined;
  /** Gets each line that the engine prints. */
  log: { info(line: string): void };
}

/**
 * Forks an engine with its own copy of the environment. Messages travel as JSON, because advanced serialization needs the
 * same V8 at both ends and `nodePath` may be another Node.js than the editor's.
 * @throws UserError if `nodePath` is not a program
 */
export function launchEngine({ module, nodePath, codeFolder, log }: LaunchOptions): ChildProcess {
  if (nodePath !== undefined) checkProgram(nodePath);
  const child = fork(module, [], {
    execPath: nodePath ?? process.execPath,
    // With an inherited --inspect the child would use the same debugger port.
    execArgv: [],
    env: engineEnvironment(codeFolder),
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
      t(
        'The setting secateur.engine.nodePath names "{0}", which is not a program that can be run: correct it, or leave it empty.',
        file,
      ),
      { cause: error },
    );
  }
}
