import path from 'node:path';
import {
  CONTENT_SHA256,
  FASHION_MNIST,
  FASHION_MNIST_CLASSES,
  FASHION_MNIST_SAMPLE,
  SAMPLE_TRAIN_LABELS_SHA256,
} from './fashion-mnist';

/** What a folder of IDX files is, told by its content, so that a copy under any name is still known. */
export interface Identity {
  name: string;
  sample: boolean;
  classNames?: readonly string[];
}

/** @param trainLabels SHA-256 of the file of training labels, unpacked and whole, hex */
export function identify(folder: string, trainLabels: string): Identity {
  switch (trainLabels) {
    case CONTENT_SHA256.trainLabels:
      return { name: FASHION_MNIST, sample: false, classNames: FASHION_MNIST_CLASSES };
    case SAMPLE_TRAIN_LABELS_SHA256:
      return { name: FASHION_MNIST_SAMPLE, sample: true, classNames: FASHION_MNIST_CLASSES };
    default:
      return { name: path.basename(folder), sample: false };
  }
}
