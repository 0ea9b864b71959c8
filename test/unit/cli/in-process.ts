import { Writable } from 'node:stream';
import { UserError } from '../../../src/protocol/errors';
import type { LocalEngine } from '../../../src/engine/cli/engine';
import { createProgram } from '../../../src/engine/cli/program';
import { Terminal } from '../../../src/engine/cli/terminal';
import { startEngine } from '../../fuzz/ask';

/** The output of a command, and the sentence of its failure. */
export interface Said {
  stdout: string;
  stderr: string;
  failure?: string;
}

/**
 * Answers with a function that runs commands one after another in this process, on one engine.
 *
 * @param folder for the engine's cache, with the sample of Fashion-MNIST where a command names it
 */
export async function commandsHere(
  folder: string,
  sampleFolder = folder,
): Promise<(...args: readonly string[]) => Promise<Said>> {
  const ask = await startEngine(folder, sampleFolder);
  const engine: LocalEngine = { ask: (method, params, report) => ask(method, params, report ? { report } : {}) };
  return async (...args) => {
    const said: Said = { stdout: '', stderr: '' };
    const into = (stream: 'stdout' | 'stderr') =>
      new Writable({
        write(chunk, _, done) {
          said[stream] += String(chunk);
          done();
        },
      });
    const terminal = new Terminal(into('stdout'), into('stderr'));
    try {
      await createProgram('0', (_, work) => work(engine, terminal)).parseAsync(args, { from: 'user' });
    } catch (error) {
      // All else is a fault of the program.
      if (!(error instanceof UserError)) throw error;
      terminal.message(error.message);
      said.failure = error.message;
    }
    return said;
  };
}
