import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Examples, NetworkFeed } from './orders';

const COUNT = 1000;
const HEADER_BYTES = { images: 16, labels: 8 };

/**
 * Writes examples for a network into `folder`: the first thousand training images of Fashion-MNIST from `data` if their
 * size fits, else a thousand images of noise, the same each time, with a brightness for each class.
 */
export function writeExamples(network: NetworkFeed, data: string, folder: string): Examples {
  const size = network.inputShape.reduce((product, length) => product * length, 1);
  const names = { images: path.join(folder, `${network.name}.f32`), labels: path.join(folder, `${network.name}.u8`) };
  const { images, labels } = size === 28 * 28 ? fashionMnist(data) : noise(size, network.classes ?? 1);
  writeFileSync(names.images, images);
  writeFileSync(names.labels, labels);
  return { ...names, count: COUNT };
}

function fashionMnist(data: string): { images: Float32Array; labels: Uint8Array } {
  const read = (kind: 'images' | 'labels', each: number): Uint8Array => {
    const bytes = gunzipSync(readFileSync(path.join(data, `train-${kind}-idx${kind === 'images' ? 3 : 1}-ubyte.gz`)));
    return bytes.subarray(HEADER_BYTES[kind], HEADER_BYTES[kind] + COUNT * each);
  };
  return { images: Float32Array.from(read('images', 28 * 28), (value) => value / 255), labels: read('labels', 1) };
}

function noise(size: number, classes: number): { images: Float32Array; labels: Uint8Array } {
  const labels = Uint8Array.from({ length: COUNT }, (_, i) => (i * 7) % classes);
  let state = 1;
  const images = Float32Array.from({ length: COUNT * size }, (_, i) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff + labels[Math.floor(i / size)]! / classes - 1;
  });
  return { images, labels };
}
