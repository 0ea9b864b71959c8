import { createHash } from 'node:crypto';
import path from 'node:path';
import {
  CONTENT_SHA256,
  FASHION_MNIST,
  FASHION_MNIST_CLASSES,
  FASHION_MNIST_SAMPLE,
  SAMPLE_TRAIN_LABELS_SHA256,
} from './fashionMnist';

/** What a folder of IDX files is, told by its content, so that a copy under any name is still known. */
export interface Identity {
  name: string;
  sample: boolean;
  classNames?: readonly string[];
}

/** `trainLabels`: the labels file, unpacked and whole. */
export function identify(folder: string, trainLabels: Uint8Array): Identity {
  switch (createHash('sha256').update(trainLabels).digest('hex')) {
    case CONTENT_SHA256.trainLabels:
      return { name: FASHION_MNIST, sample: false, classNames: FASHION_MNIST_CLASSES };
    case SAMPLE_TRAIN_LABELS_SHA256:
      return { name: FASHION_MNIST_SAMPLE, sample: true, classNames: FASHION_MNIST_CLASSES };
    default:
      return { name: path.basename(folder), sample: false };
  }
}
