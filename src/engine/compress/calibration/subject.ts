import { CancelledError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import type { Batch, Examples } from '../../dataset/examples';
import { Random } from '../../dataset/random';
import { asClassifier, type Classifier } from '../../measure/classifier';
import { toNetwork } from '../../model/runnable';
import { ProgressMeter } from '../../progress-meter';
import { breathe } from '../../pause';

/** Keeps the choice of images apart from other uses of the same seed. */
const STREAM = 0xca11b8;

/** What looking at a model on training images is told. */
export interface CalibrationOptions {
  /** How many training images are looked at; all where there are fewer. */
  readonly samples: number;
  /** Decides which, and their order. */
  readonly seed: number;
  /** What the progress is called, for example `computing taylor scores`. */
  readonly stage: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A copy of a model that runs, and the training images on which it is looked at. */
export interface Subject {
  readonly content: ModelContent;
  readonly classifier: Classifier;
  readonly images: Examples;
  readonly options: CalibrationOptions;
}

/**
 * Runs `work` on a copy of a model, which is disposed of afterwards, and training images chosen by the seed.
 * @throws UserError where the model cannot be run or does not fit the images
 */
export async function withSubject<T>(
  content: ModelContent,
  data: Dataset,
  options: CalibrationOptions,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const images = data.split('train').shuffled(new Random(STREAM, options.seed)).first(options.samples);
  const network = await toNetwork(content);
  try {
    const classifier = asClassifier(network, images, data.info.classNames.length);
    return await work({ content, classifier, images, options });
  } finally {
    network.dispose();
  }
}

/** Visits the images in batches, with progress. @throws CancelledError soon after the signal */
export async function eachBatch(
  { images, options }: Pick<Subject, 'images' | 'options'>,
  batchSize: number,
  visit: (batch: Batch, index: number) => Promise<void>,
): Promise<void> {
  const meter = new ProgressMeter(options.stage, images.length, 'images', options.onProgress);
  for (let from = 0; from < images.length; from += batchSize) {
    if (options.signal?.aborted) throw new CancelledError();
    const batch = images.batch(from, batchSize);
    await visit(batch, from / batchSize);
    meter.advance(batch.count);
    await breathe();
  }
}
