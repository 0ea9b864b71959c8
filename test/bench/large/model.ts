import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Filters of the convolutions of VGG-16; a 0 halves the size of the picture. */
const FILTERS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];
/** Width of the hidden dense layers of VGG-16. */
export const VGG = 4096;
const SHARD_BYTES = 4 * 1024 * 1024;

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of its numbers. */
  readonly spread: number;
}

/**
 * Writes a network of the form of VGG-16 with random weights as He et al. begin with, the same each time.
 * @param width of its two hidden dense layers: 4,096 gives 138 million parameters, 553 MB
 * @returns bytes of its weights
 */
export function writeVgg(folder: string, width: number): number {
  const layers: object[] = [];
  const entries: Entry[] = [];
  const weighted = (name: string, kernel: readonly number[]): void => {
    const inputs = kernel.slice(0, -1).reduce((product, size) => product * size, 1);
    entries.push({ name: `${name}/kernel`, shape: kernel, spread: Math.sqrt(2 / inputs) });
    entries.push({ name: `${name}/bias`, shape: kernel.slice(-1), spread: 0.01 });
  };
  let channels = 3;
  FILTERS.forEach((filters, i) => {
    const name = filters === 0 ? `pool_${i}` : `conv_${i}`;
    const first = i === 0 ? { batch_input_shape: [null, 224, 224, 3], dtype: 'float32' } : {};
    if (filters === 0) {
      layers.push({
        class_name: 'MaxPooling2D',
        config: { name, pool_size: [2, 2], strides: [2, 2], padding: 'valid' },
      });
      return;
    }
    const form = { filters, kernel_size: [3, 3], padding: 'same', activation: 'relu', use_bias: true };
    layers.push({ class_name: 'Conv2D', config: { ...first, name, ...form } });
    weighted(name, [3, 3, channels, filters]);
    channels = filters;
  });
  layers.push({ class_name: 'Flatten', config: { name: 'flatten' } });
  let inputs = 7 * 7 * channels;
  for (const [name, units] of [
    ['fc1', width],
    ['fc2', width],
    ['predictions', 1000],
  ] as const) {
    const activation = name === 'predictions' ? 'softmax' : 'relu';
    layers.push({ class_name: 'Dense', config: { name, units, activation, use_bias: true } });
    weighted(name, [inputs, units]);
    inputs = units;
  }
  const paths = writeShards(folder, entries);
  const weights = entries.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const model_config = { class_name: 'Sequential', config: { name: 'vgg16', layers } };
  const modelTopology = { keras_version: '2.15.0', backend: 'tensorflow', model_config };
  const described = { format: 'layers-model', modelTopology, weightsManifest: [{ paths, weights }] };
  writeFileSync(path.join(folder, 'model.json'), JSON.stringify(described));
  return 4 * entries.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function writeShards(folder: string, entries: readonly Entry[]): string[] {
  mkdirSync(folder, { recursive: true });
  const normal = normalNumbers();
  const shard = new Float32Array(SHARD_BYTES / 4);
  const count = Math.ceil((4 * entries.reduce((sum, { shape }) => sum + sizeOf(shape), 0)) / SHARD_BYTES);
  const paths: string[] = [];
  let filled = 0;
  const flush = (): void => {
    const name = `group1-shard${paths.length + 1}of${count}.bin`;
    const file = openSync(path.join(folder, name), 'w');
    writeSync(file, shard.subarray(0, filled));
    closeSync(file);
    paths.push(name);
    filled = 0;
  };
  for (const { shape, spread } of entries) {
    for (let left = sizeOf(shape); left > 0; left--) {
      shard[filled++] = spread * normal();
      if (filled === shard.length) flush();
    }
  }
  if (filled > 0) flush();
  return paths;
}

/** Numbers of the standard normal distribution, by interpolation between its quantiles. */
function normalNumbers(): () => number {
  const parts = 65_536;
  const quantiles = Float64Array.from({ length: parts + 1 }, (_, i) => quantile((i + 0.5) / (parts + 1)));
  let state = 1;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    const place = random() * parts;
    const below = Math.floor(place);
    const low = quantiles[below]!;
    return low + (place - below) * (quantiles[below + 1]! - low);
  };
}

/** The quantile of the standard normal distribution, by bisection of its distribution function. */
function quantile(share: number): number {
  let [low, high] = [-6, 6];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Abramowitz and Stegun, 7.1.26. */
function distribution(value: number): number {
  const x = Math.abs(value) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = (sum * Math.exp(-x * x)) / 2;
  return value > 0 ? 1 - upper : upper;
}
