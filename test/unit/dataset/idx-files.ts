import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Random } from '../../../src/engine/dataset/random';

/** An IDX file: its magic number, its dimensions, its bytes. */
export function idx(magic: number, dimensions: number[], body: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic, 0);
  dimensions.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, body]);
}

export interface TinyData {
  train: number;
  test: number;
  size: number;
  classes: number;
  gzip?: boolean;
  seed?: number;
}

/** Images that can be learnt: each class lights its own rows, with noise. Labels go round. */
export function tinyImages(
  count: number,
  { size, classes, seed = 1 }: TinyData,
): { pixels: Uint8Array; labels: Uint8Array } {
  const random = new Random(seed, count);
  const pixels = new Uint8Array(count * size * size);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  for (let i = 0; i < count; i++)
    for (let p = 0; p < size * size; p++)
      pixels[i * size * size + p] = (Math.floor(p / size) % classes === labels[i] ? 150 : 0) + random.below(100);
  return { pixels, labels };
}

/** Writes the four files of a dataset that is quick to learn. */
export async function writeTinyDataset(folder: string, data: TinyData): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [prefix, count] of [
    ['train', data.train],
    ['t10k', data.test],
  ] as const) {
    const { pixels, labels } = tinyImages(count, data);
    const files = {
      [`${prefix}-images-idx3-ubyte`]: idx(2051, [count, data.size, data.size], pixels),
      [`${prefix}-labels-idx1-ubyte`]: idx(2049, [count], labels),
    };
    for (const [name, bytes] of Object.entries(files))
      await writeFile(path.join(folder, data.gzip ? `${name}.gz` : name), data.gzip ? gzipSync(bytes) : bytes);
  }
}
