import { availableParallelism } from 'node:os';
import { threadProgram } from '../../thread-program';
import { inThisThread, type Decoder } from './decoder';
import { DecodingPool } from './decoding-pool';
import type { Picture } from './picture';

/** Fewer pictures are decoded before threads have started. */
const FEW = 64;
const LEAST_THREADS = 2;
const MOST_THREADS = 8;
/** Bytes that all threads together may need for pixels: 1 GiB. */
const MEMORY = 2 ** 30;
/** A pixel is held by the codec, and once more without transparency. */
const BYTES_OF_PIXEL = 8;

/** Makes a decoder for pictures: with threads where they are many, and where the program of the threads was built. */
export function decoderFor(pictures: readonly Picture[]): Decoder {
  const program = threadProgram('decoding');
  if (pictures.length < FEW || program === undefined) return inThisThread;
  const sizes = pictures.map(({ header: { height, width } }) => height * width);
  return new DecodingPool(program, threadsFor(sizes, availableParallelism()));
}

/**
 * Returns the number of threads: all cores but one, and no more than can decode the largest picture at once in the memory
 * for that.
 * @param sizes pixels of each picture
 */
export function threadsFor(sizes: readonly number[], cores: number): number {
  const largest = sizes.reduce((most, size) => Math.max(most, size), 1);
  const inMemory = Math.floor(MEMORY / (BYTES_OF_PIXEL * largest));
  return Math.max(LEAST_THREADS, Math.min(MOST_THREADS, cores - 1, inMemory));
}
