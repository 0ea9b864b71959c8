import { CancelledError, UserError } from '../../protocol/errors';
import type { Evaluation, Progress } from '../../protocol/measure';
import { trace } from 'tfjs-backend-onnxruntime';
import { padded, type Examples } from '../dataset/examples';
import { batchWithin } from '../model/batch-size';
import type { Network } from '../model/network';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';
import { asClassifier } from './classifier';
import { ClassificationMetrics } from './classification-metrics';

/** Most examples of one forward pass. */
const BATCH_SIZE = 500;

export interface EvaluateOptions {
  classNames: readonly string[];
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  batchSize?: number | undefined;
  /** Name of the progress; default `evaluating`. */
  stage?: string | undefined;
}

/**
 * Computes loss, accuracy and confusion of a network on all given examples. Other work may run between two batches.
 * @throws UserError where model and examples do not fit or outputs are not finite, CancelledError
 */
export async function evaluateModel(
  network: Network,
  images: Examples,
  options: EvaluateOptions,
): Promise<Omit<Evaluation, 'dataset'>> {
  const { classNames, signal, onProgress, stage = 'evaluating' } = options;
  const classifier = asClassifier(network, images, classNames.length);
  const size = batchWithin(network, Math.min(options.batchSize ?? BATCH_SIZE, images.length));
  const metrics = new ClassificationMetrics(classifier.classes);
  const meter = new ProgressMeter(stage, images.length, 'images', onProgress);
  const start = performance.now();
  const pass = trace((x) => classifier.logitsOf(x), [classifier.shapeOf(size)], { examples: [0] });
  try {
    for (let from = 0; from < images.length; from += size) {
      if (signal?.aborted) throw new CancelledError();
      const batch = images.batch(from, size);
      metrics.add(await pass.run(padded(batch, size).values), batch.labels, batch.count);
      meter.advance(batch.count);
      await breathe();
    }
  } finally {
    pass.dispose();
  }
  const seconds = (performance.now() - start) / 1000;
  if (!Number.isFinite(metrics.loss))
    throw new UserError(
      'The outputs of the model are NaN or infinite: its weights are damaged, so it cannot be evaluated.',
    );
  return {
    split: images.split,
    samples: metrics.samples,
    metrics: metrics.values,
    loss: metrics.loss,
    accuracy: metrics.accuracy,
    perClass: perClass(metrics.confusion, classNames),
    confusion: metrics.confusion,
    samplesPerSecond: metrics.samples / seconds,
  };
}

function perClass(confusion: readonly number[][], names: readonly string[]): Evaluation['perClass'] {
  return confusion.map((row, actual) => {
    const samples = row.reduce((sum, count) => sum + count, 0);
    return { name: names[actual] ?? String(actual), samples, accuracy: samples === 0 ? 0 : row[actual]! / samples };
  });
}
