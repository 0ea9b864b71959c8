import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Pictures to train on, to validate on, and to test on. */
const COUNTS = { train: 200, validation: 40, test: 40 };
const HEADERS = { images: 16, labels: 8 };
const SIDE = 28;

/**
 * Writes the first pictures of Fashion-MNIST as data for color networks whose input holds pixels of 0 to 255.
 * @param source folder with the gzipped files of Fashion-MNIST
 * @param size side of the pictures that a network takes
 * @returns path of a description of the data
 */
export async function writePictures(source: string, folder: string, size: number): Promise<string> {
  await mkdir(path.join(folder, 'pictures'), { recursive: true });
  for (const [part, count] of [
    ['train', COUNTS.train + COUNTS.validation],
    ['t10k', COUNTS.test],
  ] as const)
    for (const [what, bytes, name] of [
      ['images', SIDE * SIDE, `${part}-images-idx3-ubyte`],
      ['labels', 1, `${part}-labels-idx1-ubyte`],
    ] as const) {
      const whole = gunzipSync(await readFile(path.join(source, `${name}.gz`)));
      const kept = Buffer.from(whole.subarray(0, HEADERS[what] + count * bytes));
      kept.writeUInt32BE(count, 4);
      await writeFile(path.join(folder, 'pictures', name), kept);
    }
  const file = path.join(folder, `pictures-${size}.data.json`);
  const description = {
    source: './pictures',
    validationExamples: COUNTS.validation,
    normalization: '0..255',
    preprocess: { size: [size, size], color: 'rgb' },
  };
  await writeFile(file, JSON.stringify(description));
  return file;
}
