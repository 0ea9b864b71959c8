import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from '../../scripts/setup/paths';
import { peakMemory } from '../harness/processes';
import { atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';

const EPOCHS = 2;

/** The most memory that the engine, in the process that works under the command line's, holds while it trains `fashion-cnn` on the whole of Fashion-MNIST. */
export async function benchMemory(data: string): Promise<BenchLine[]> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'sec-'));
  try {
    const job = ['--arch', 'fashion-cnn', '--data', data, '--epochs', String(EPOCHS), '--out', path.join(out, 'run')];
    const child = spawn(process.execPath, [inRoot('dist', 'command.js'), 'train', ...job], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(child, 'exit');
    let peak = 0;
    while (child.exitCode === null && child.signalCode === null) {
      if (child.pid !== undefined) peak = Math.max(peak, await peakMemory(child.pid).catch(() => 0));
      await Promise.race([delay(100), ended]);
    }
    if (child.exitCode !== 0) throw new Error(`Training ended with exit code ${String(child.exitCode)}.`);
    return [atMost(`peak memory while training ${EPOCHS} epochs`, peak / 2 ** 20, 'MB', 1024)];
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
