import { UserError } from '../../../../protocol/errors';
import { readNpy, type NpyArray } from './read';

/** Limit of the unpacked bytes of all arrays of an .npz file: 2 GiB. */
const MOST_UNPACKED = 2 ** 31;

/** Returns true for the first bytes of a zip file. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * Unpacks the arrays of an .npz file, by name.
 * @throws UserError where it is damaged, or unpacks to more than the limit
 */
export async function unpackNpz(bytes: Uint8Array, file: string): Promise<Map<string, () => NpyArray>> {
  // Its tables take many milliseconds, which most commands need not spend.
  const { unzipSync } = await import('fflate');
  const arrays = new Map<string, () => NpyArray>();
  let unpacked = 0;
  const nameOf = (entry: string): string => entry.replace(/\.npy$/i, '');
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        unpacked += originalSize;
        if (unpacked > MOST_UNPACKED)
          throw new UserError(
            `The dataset file ${file} unpacks to more than ${MOST_UNPACKED / 2 ** 30} GiB, which cannot be held: use fewer or smaller examples.`,
          );
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`The dataset file ${file} is damaged or cut short: write it again with numpy.savez.`, {
      cause,
    });
  }
  for (const [entry, content] of Object.entries(files))
    arrays.set(nameOf(entry), () => readNpy(content, `${nameOf(entry)} in ${file}`));
  return arrays;
}
