import type { Histogram } from '../../../src/protocol/measure';

/** Numbers 0 to 1 that are the same with each start (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Weights as training leaves them: a Laplace peak on a normal bell, cut to float32. */
export function trainedWeights(count: number, fanIn: number, seed: number): Float32Array {
  const next = random(seed);
  const scale = Math.sqrt(1.2 / fanIn);
  return Float32Array.from({ length: count }, () => {
    const bell = Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
    const peak = Math.sign(next() - 0.5) * Math.log(next() + 1e-12);
    return scale * (next() < 0.55 ? 0.42 * peak : bell) * 0.8;
  });
}

/**
 * Counted as the engine does: 0 is a bin edge, exact zeros apart, |w| finely for thresholds.
 * @param times each weight of a part stands for so many
 */
export function histogramOf(
  layer: string | null,
  parts: readonly Float32Array[],
  bins: number,
  times: readonly number[] = parts.map(() => 1),
): Histogram {
  let count = 0;
  let zeros = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let squares = 0;
  parts.forEach((part, k) => {
    const each = times[k]!;
    for (const w of part) {
      count += each;
      if (w === 0) zeros += each;
      min = Math.min(min, w);
      max = Math.max(max, w);
      sum += w * each;
      squares += w * w * each;
    }
  });
  const mean = sum / count;
  const width = Math.max(max - min, 1e-9) / (bins - 1);
  const below = Math.ceil(-min / width);
  const start = -below * width;
  const size = Math.max(max, -min);
  const counts = new Array<number>(bins).fill(0);
  const magnitudes = new Array<number>(1024).fill(0);
  parts.forEach((part, k) => {
    const each = times[k]!;
    for (const w of part) {
      if (w === 0) continue;
      const bin = Math.min(bins - 1, Math.max(0, Math.floor((w - start) / width)));
      counts[bin]! += each;
      magnitudes[Math.min(1023, Math.floor((Math.abs(w) / size) * 1024))]! += each;
    }
  });
  return {
    layer,
    count: Math.round(count),
    zeros: Math.round(zeros),
    nan: 0,
    infinite: 0,
    min,
    max,
    mean,
    std: Math.sqrt(squares / count - mean * mean),
    start,
    width,
    counts: counts.map(Math.round),
    magnitudes: { max: size, counts: magnitudes.map(Math.round) },
  };
}

/** Bytes after gzip, by the browser's own, reckoned from every fourth weight to keep the page quick. */
export async function gzipBytes(parts: readonly Float32Array[]): Promise<number> {
  const stream = new Blob(parts.map((part) => part.filter((_, index) => index % 4 === 0))).stream();
  const packed = await new Response(stream.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  return packed.byteLength * 4;
}
