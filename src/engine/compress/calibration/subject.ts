import { CancelledError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import type { Batch, Examples } from '../../dataset/examples';
import { Random } from '../../dataset/random';
import { withTask, type TaskedNetwork } from '../../measure/tasked-network';
import { toNetwork } from '../../model/runnable';
import { ProgressMeter } from '../../progress-meter';
import { breathe } from '../../pause';

/** Keeps the choice of images apart from other uses of the same seed. */
const STREAM = 0xca11b8;

/** Options of a calibration on training images. */
export interface CalibrationOptions {
  /** Number of training images; all of them where there are fewer. */
  readonly samples: number;
  /** Decides which images are chosen, and their order. */
  readonly seed: number;
  /** Name of the stage in the progress, for example `computing taylor scores`. */
  readonly stage: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A copy of a model that runs, and the training images for its calibration. */
export interface Subject {
  readonly content: ModelContent;
  readonly tasked: TaskedNetwork;
  readonly images: Examples;
  readonly options: CalibrationOptions;
}

/**
 * Runs `work` on a copy of a model and on training images that the seed chooses. Disposes of the copy afterwards.
 * @throws UserError where the model cannot run or does not fit the images
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
    return await work({ content, tasked: withTask(network, images), images, options });
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
  const meter = new ProgressMeter(options.stage, images.length, images.noun, options.onProgress);
  for (let from = 0; from < images.length; from += batchSize) {
    if (options.signal?.aborted) throw new CancelledError();
    const batch = images.batch(from, batchSize);
    await visit(batch, from / batchSize);
    meter.advance(batch.count);
    await breathe();
  }
}
