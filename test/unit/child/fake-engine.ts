import path from 'node:path';
import { onTestFinished } from 'vitest';
import { EngineProcess } from '../../../src/child/engine-process';
import type { Log } from '../../../src/extension/log';

/** A log that keeps its lines. */
export function testLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const add = (line: string): void => void lines.push(line);
  return { lines, debug: add, info: add, warn: add, error: add };
}

/** Starts a real process that answers like an engine; it ends with the test. */
export function fakeEngine(mode = 'sound', log: Log = testLog(), nodePath?: string): EngineProcess {
  const module = path.join(import.meta.dirname, 'fake-engine-program.mjs');
  const engine = new EngineProcess(
    { module, nodePath, log },
    { sampleFolder: '', cacheFolder: mode, threads: 0, backend: 'auto' },
  );
  onTestFinished(async () => {
    await engine.stop('The test is over.');
  });
  return engine;
}

/** True if a process with this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The error of a rejected promise. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('It was expected to fail.');
    },
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}
