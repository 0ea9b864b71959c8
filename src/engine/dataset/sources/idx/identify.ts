import {
  CONTENT_SHA256,
  FASHION_MNIST,
  FASHION_MNIST_CLASSES,
  FASHION_MNIST_SAMPLE,
  SAMPLE_TRAIN_LABELS_SHA256,
} from '../../fashion-mnist';
import type { SourceData } from '../source';

/**
 * Identifies a known dataset by the content of its IDX files, so that a copy under any name is recognized.
 * @param trainLabels SHA-256 of the file of training labels, unpacked and whole, hex
 */
export function identify(trainLabels: string): Pick<SourceData, 'name' | 'sample' | 'classNames'> | undefined {
  switch (trainLabels) {
    case CONTENT_SHA256.trainLabels:
      return { name: FASHION_MNIST, classNames: FASHION_MNIST_CLASSES };
    case SAMPLE_TRAIN_LABELS_SHA256:
      return { name: FASHION_MNIST_SAMPLE, sample: true, classNames: FASHION_MNIST_CLASSES };
    default:
      return undefined;
  }
}
