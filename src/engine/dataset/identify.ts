import { createHash } from 'node:crypto';
import path from 'node:path';
import { CONTENT_SHA256, FASHION_MNIST, FASHION_MNIST_CLASSES, FASHION_MNIST_SAMPLE } from './fashionMnist';
import { lookForFiles } from './files';
import { parseIdxLabels, readMaybeGzipped } from './idx';

/** What a folder of IDX files is, told by its content, so that a copy under any name is still known. */
export interface Identity {
  name: string;
  sample: boolean;
  classNames?: readonly string[];
}

/** `trainLabels`: the labels file, unpacked and whole. */
export async function identify(folder: string, trainLabels: Uint8Array, sampleFolder: string): Promise<Identity> {
  if (createHash('sha256').update(trainLabels).digest('hex') === CONTENT_SHA256.trainLabels)
    return { name: FASHION_MNIST, sample: false, classNames: FASHION_MNIST_CLASSES };
  if (await isSample(trainLabels, sampleFolder))
    return { name: FASHION_MNIST_SAMPLE, sample: true, classNames: FASHION_MNIST_CLASSES };
  return { name: path.basename(folder), sample: false };
}

async function isSample(trainLabels: Uint8Array, sampleFolder: string): Promise<boolean> {
  const files = await lookForFiles(sampleFolder);
  if ('missing' in files) return false;
  const shipped = await readMaybeGzipped(files.trainLabels);
  return Buffer.compare(parseIdxLabels(shipped, files.trainLabels), parseIdxLabels(trainLabels, 'labels')) === 0;
}
