// usage: npm run make:sample
// Writes media/samples/fashion-mnist-sample: a stratified subset of Fashion-MNIST, the same bytes each time.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ensureDebian } from './setup/debian';
import { inRoot } from './setup/paths';
import { runMain } from './setup/run-main';

const SEED = 20170825; // The day on which Fashion-MNIST was published.
const PER_CLASS = { train: 1000, t10k: 200 };
const CLASSES = 10;
const IMAGE_HEADER = 16;
const LABEL_HEADER = 8;

runMain(async () => {
  const source = await ensureDebian('dataset-fashion-mnist');
  const target = inRoot('media', 'samples', 'fashion-mnist-sample');
  await mkdir(target, { recursive: true });
  let bytes = 0;
  for (const [part, perClass] of Object.entries(PER_CLASS)) {
    const imagesName = `${part}-images-idx3-ubyte.gz`;
    const labelsName = `${part}-labels-idx1-ubyte.gz`;
    const images = gunzipSync(await readFile(path.join(source, imagesName)));
    const labels = gunzipSync(await readFile(path.join(source, labelsName)));
    const chosen = stratified(labels.subarray(LABEL_HEADER), perClass, SEED);
    const pixels = images.readUInt32BE(8) * images.readUInt32BE(12);
    const compressedImages = gzipSync(subset(images, IMAGE_HEADER, pixels, chosen), { level: 9 });
    const compressedLabels = gzipSync(subset(labels, LABEL_HEADER, 1, chosen), { level: 9 });
    await writeFile(path.join(target, imagesName), compressedImages);
    await writeFile(path.join(target, labelsName), compressedLabels);
    bytes += compressedImages.length + compressedLabels.length;
    console.log(`${part}: ${chosen.length} images`);
  }
  console.log(`${(bytes / 2 ** 20).toFixed(2)} MB in all`);
});

/** Indices, ascending, of `perClass` images of each class, drawn without replacement. */
function stratified(labels: Uint8Array, perClass: number, seed: number): number[] {
  const random = mulberry32(seed);
  const byClass = Array.from({ length: CLASSES }, (): number[] => []);
  labels.forEach((label, index) => byClass[label]?.push(index));
  return byClass.flatMap((indices) => draw(indices, perClass, random)).sort((a, b) => a - b);
}

/** The first `count` places of a Fisher-Yates shuffle. */
function draw(indices: readonly number[], count: number, random: () => number): number[] {
  const pool = [...indices];
  if (pool.length < count) throw new Error(`a class has ${pool.length} images only`);
  for (let place = 0; place < count; place++) {
    const other = place + Math.floor(random() * (pool.length - place));
    [pool[place], pool[other]] = [pool[other]!, pool[place]!];
  }
  return pool.slice(0, count);
}

/** An IDX file with the chosen records only. */
function subset(file: Buffer, header: number, recordBytes: number, chosen: readonly number[]): Buffer {
  const head = Buffer.from(file.subarray(0, header));
  head.writeUInt32BE(chosen.length, 4);
  const record = (index: number) => file.subarray(header + index * recordBytes, header + (index + 1) * recordBytes);
  return Buffer.concat([head, ...chosen.map(record)]);
}

/** Uniform numbers in [0, 1) from a 32-bit seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
