import 'vscode-jsonrpc/node';
import path from 'node:path';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { Command, CommanderError } from 'commander';
import { serving, type ServeOptions } from '../engine/cli/declarations/serving';
import { cacheFolder, sampleFolder } from '../engine/cli/folders';
import { STOPPING_SIGNALS } from '../engine/cli/stopping';
import { UserError } from '../protocol/errors';
import { Places } from '../tools/places';
import { Engines } from './engines';
import { createServer } from './server';

declare const SECATEUR_VERSION: string;

const FAILURE = 1;
const WRONG_USE = 2;

/** Serves until the client closes stdin, or a signal ends it. @throws UserError */
async function serve(folders: string[], options: ServeOptions): Promise<void> {
  const { read = [], threads = 0, backend = 'auto', tensorflowPath, customLayers, dataFolder, verbose } = options;
  // stdout carries the protocol, and nothing else.
  const log = (line: string): void => {
    if (verbose) process.stderr.write(`${line}\n`);
  };
  const places = await Places.open(folders, read);
  const engines = new Engines(
    path.join(__dirname, 'engine.js'),
    {
      sampleFolder: sampleFolder(__dirname),
      cacheFolder: cacheFolder(),
      ...{ threads, backend },
      ...(tensorflowPath === undefined ? {} : { tensorflowPath: path.resolve(tensorflowPath) }),
      ...(customLayers === undefined ? {} : { layers: path.resolve(customLayers) }),
      ...(dataFolder === undefined ? {} : { dataFolder: path.resolve(dataFolder) }),
    },
    log,
  );
  const world = { places, ask: engines.ask, run: engines.run };
  const connection = serveStdio(() => createServer(SECATEUR_VERSION, world, log), {
    onerror: (error) => log(error.message),
  });
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await connection.close();
    await engines.close();
    process.exit(0);
  };
  for (const event of ['end', 'close'] as const) process.stdin.once(event, () => void end());
  for (const signal of STOPPING_SIGNALS) process.on(signal, () => void end());
}

/** Performs `secateur mcp`. A failure to start is one sentence on stderr. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command('secateur').addCommand(serving(serve));
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has printed its own message, or the help.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
    else {
      const sentence = error instanceof UserError ? error.message : `Internal error (${String(error)}).`;
      process.stderr.write(`${sentence}\n`);
      process.exitCode = FAILURE;
    }
  }
}

void main(process.argv.slice(2));
