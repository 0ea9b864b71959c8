import { createHash } from 'node:crypto';
import { CancelledError, UserError } from '../../protocol/errors';
import type { ScanScores } from '../../protocol/measure/sensitivity';
import { tf } from '../backend/tf';
import { padded, type Batch, type Images } from '../dataset/images';
import type { LayersModel } from '../model/runnable';
import { breathe } from '../pause';
import { asClassifier, type Classifier } from './classifier';
import { Scores } from './scores';

/** Images in one forward pass, at most. */
const BATCH_SIZE = 500;

/** Images on which many variants of a model are measured: normalised once, in batches of one size, so that one graph serves all. */
export class Sample {
  private readonly images: Images;
  private readonly batches: readonly { readonly count: number; readonly filled: Batch }[];

  /**
   * The first `samples` images, or all where there are fewer.
   * @param classes that the dataset tells apart
   */
  constructor(
    images: Images,
    readonly classes: number,
    samples: number,
  ) {
    this.images = images.first(samples);
    const count = Math.ceil(this.length / BATCH_SIZE);
    const size = Math.ceil(this.length / count);
    this.batches = Array.from({ length: count }, (_, i) => {
      const batch = this.images.batch(i * size, size);
      return { count: batch.count, filled: padded(batch, size) };
    });
  }

  get length(): number {
    return this.images.length;
  }

  /** SHA-256, hex, of the images and their labels. */
  hash(): string {
    const hash = createHash('sha256');
    for (const { filled } of this.batches) hash.update(new Uint8Array(filled.pixels.buffer)).update(filled.labels);
    return hash.digest('hex');
  }

  /** @throws UserError where model and images do not fit each other */
  classifier(model: LayersModel): Classifier {
    return asClassifier(model, this.images, this.classes);
  }

  /**
   * Accuracy, top-5 accuracy and loss of a model with the weights that it has now.
   * @param advance told the images of each batch that is done
   * @throws UserError where an output is no number, CancelledError
   */
  async score(classifier: Classifier, signal?: AbortSignal, advance?: (images: number) => void): Promise<ScanScores> {
    const scores = new Scores(classifier.classes);
    for (const { count, filled } of this.batches) {
      if (signal?.aborted) throw new CancelledError();
      const logits = tf.tidy(() => classifier.logits(filled, false));
      try {
        scores.add(await logits.data<'float32'>(), filled.labels, count);
      } finally {
        logits.dispose();
      }
      advance?.(count);
      await breathe();
    }
    const { accuracy, top5, loss } = scores;
    if (!Number.isFinite(loss))
      throw new UserError(
        'The model answers with values that are no numbers (NaN or infinite): its weights are damaged, so it cannot be measured.',
      );
    return { accuracy, top5, loss };
  }
}
