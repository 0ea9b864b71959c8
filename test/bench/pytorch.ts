import { z } from 'zod';
import { inRoot } from '../../scripts/setup/paths';
import { run } from '../../scripts/setup/run';
import { type BenchLine } from './line';

const Output = z.object({ version: z.string(), imagesPerSecond: z.number() });

export interface PytorchOptions {
  /** The Python to ask. */
  python: string;
  threads: number;
  /** Our own training speed in the same run, for the ratio; absent: only PyTorch's own speed is told. */
  ours?: number | undefined;
}

/** How fast PyTorch trains the same network here; nothing where that Python has no torch. Nothing is to be reached. */
export async function benchPytorch({ python, threads, ours }: PytorchOptions): Promise<BenchLine[]> {
  const hasTorch = await run(python, ['-c', 'import torch']).then(
    () => true,
    () => false,
  );
  if (!hasTorch) return [];
  const text = await run(python, [inRoot('test', 'bench', 'pytorch.py'), String(threads)]);
  const { version, imagesPerSecond } = Output.parse(JSON.parse(text));
  const line = (what: string, value: number, unit: string): BenchLine => ({ what, value, unit, target: '', met: true });
  return [
    line(`PyTorch ${version}: training`, imagesPerSecond, 'images/s'),
    ...(ours === undefined ? [] : [line('training: ours over PyTorch', ours / imagesPerSecond, '')]),
  ];
}
