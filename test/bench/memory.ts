import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { peakOfTraining } from './peak-of-training';
import { atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';

const EPOCHS = 2;

/** The most memory that the engine, in the process that works under the command line's, holds while it trains `fashion-cnn` on the whole of Fashion-MNIST. */
export async function benchMemory(data: string): Promise<BenchLine[]> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'sec-'));
  try {
    const job = ['--arch', 'fashion-cnn', '--data', data, '--epochs', String(EPOCHS), '--out', path.join(out, 'run')];
    const peak = await peakOfTraining(job);
    return [atMost(`peak memory while training ${EPOCHS} epochs`, peak / 2 ** 20, 'MB', 1024)];
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
