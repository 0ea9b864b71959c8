import { CancelledError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import { ProgressMeter } from '../../progress-meter';
import type { Decoder } from './decoder';
import { decoderFor } from './decoder-for';
import { channelsOf, type Form } from './form';
import { cachedPixels, type PixelCache, type PlacePicture } from './pixel-cache';
import type { Picture } from './picture';
import type { PixelFile } from './pixel-file';

/** Most bytes of decoded pictures in memory: 128 MiB. More lie in a file. */
const IN_MEMORY = 2 ** 27;

/** A caller who waits for data, with a signal and progress. */
export interface LoadListener {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The place of decoded pictures. */
export interface Room {
  readonly cache: PixelCache;
  /** Most bytes of decoded pictures in memory. */
  readonly inMemory?: number;
}

/**
 * Decodes pictures, each in the same form: into memory, or into a file of the cache where they are many.
 * @param name of the dataset, for messages
 * @throws UserError where one is damaged, or there is no room for them; CancelledError
 */
export async function loadPictures(
  pictures: readonly Picture[],
  form: Form,
  { cache, inMemory = IN_MEMORY }: Room,
  name: string,
  listener: LoadListener,
): Promise<Uint8Array | PixelFile> {
  const size = form.height * form.width * channelsOf(form);
  if (pictures.length * size > inMemory)
    return cachedPixels(pictures, form, cache, name, (place) => decodeAll(pictures, form, listener, place));
  const out = new Uint8Array(pictures.length * size);
  await decodeAll(pictures, form, listener, (index, pixels) => {
    out.set(pixels, index * size);
    return Promise.resolve();
  });
  return out;
}

/**
 * Decodes pictures and places them in any order.
 * @throws UserError where one is damaged; CancelledError, at once and even while pictures are decoded in threads
 */
export async function decodeAll(
  pictures: readonly Picture[],
  form: Form,
  { signal, onProgress }: LoadListener,
  place: PlacePicture,
  decoder: Decoder = decoderFor(pictures),
): Promise<void> {
  const meter = new ProgressMeter('decoding images', pictures.length, 'images', onProgress);
  let next = 0;
  const decodeSome = async (): Promise<void> => {
    while (next < pictures.length) {
      if (signal?.aborted) throw new CancelledError();
      const index = next++;
      try {
        await place(index, await decoder.pixelsOf(pictures[index]!, form));
      } catch (error) {
        // The others stop too.
        next = pictures.length;
        throw signal?.aborted ? new CancelledError() : error;
      }
      meter.advance(1);
    }
  };
  const stop = (): void => decoder.end();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const all = await Promise.allSettled(Array.from({ length: decoder.atOnce }, decodeSome));
    const failed = all.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    signal?.removeEventListener('abort', stop);
    decoder.end();
  }
}
