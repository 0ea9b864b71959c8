import { CancelledError, UserError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import { ProgressMeter } from '../../progress-meter';
import { decodePicture } from './decode';
import { channelsOf, formed, type Form } from './form';
import type { Picture } from './picture';

/** Limit of the bytes of a dataset's decoded pictures: 512 MiB. */
export const MOST_BYTES = 2 ** 29;
/** Pictures in progress at a time: one can be read while another is decoded. */
const AT_ONCE = 4;

/** A caller who waits for data, with a signal and progress. */
export interface LoadListener {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Decodes pictures into one array, each in the same form.
 * @param name of the dataset, for messages
 * @throws UserError where one is damaged; CancelledError
 */
export async function loadPictures(
  pictures: readonly Picture[],
  form: Form,
  { signal, onProgress }: LoadListener,
): Promise<Uint8Array> {
  const size = form.height * form.width * channelsOf(form);
  const out = new Uint8Array(pictures.length * size);
  const meter = new ProgressMeter('decoding images', pictures.length, 'images', onProgress);
  let next = 0;
  const decodeSome = async (): Promise<void> => {
    while (next < pictures.length) {
      if (signal?.aborted) throw new CancelledError();
      const index = next++;
      out.set(formed(await decodePicture(pictures[index]!), form).data, index * size);
      meter.advance(1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, decodeSome));
  return out;
}

/** @throws UserError where this number of decoded pictures does not fit into memory */
export function refuseTooMany(count: number, form: Form, name: string): void {
  const bytes = count * form.height * form.width * channelsOf(form);
  if (bytes <= MOST_BYTES) return;
  throw new UserError(
    `The ${count} images of ${name} are ${(bytes / 2 ** 20).toFixed(0)} MiB at ${form.height}x${form.width}, more than the ${MOST_BYTES / 2 ** 20} MiB that can be held: make them smaller with "preprocess": {"size": [HEIGHT, WIDTH]} in a NAME.data.json, or use fewer.`,
  );
}
