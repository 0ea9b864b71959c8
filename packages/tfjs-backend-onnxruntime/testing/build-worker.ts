import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Builds the program of the worker threads before the first test. */
export default function buildWorker(): void {
  execFileSync(process.execPath, [path.join(import.meta.dirname, '..', 'esbuild.mjs'), '--worker']);
}
