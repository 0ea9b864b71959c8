import { CancelledError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import { CONVENTIONS, sameNormalization, type Normalization } from '../../../protocol/normalization';
import { trace } from 'tfjs-backend-onnxruntime';
import type { OpenData } from '../../dataset/dataset';
import { padded, type Images } from '../../dataset/images';
import { Random } from '../../dataset/random';
import { batchWithin } from '../../model/outputs';
import type { LayersModel } from '../../model/runnable';
import { ProgressMeter } from '../../progress-meter';
import { breathe } from '../../pause';
import { asClassifier } from '../classifier';
import { ClassificationMetrics } from '../classification-metrics';
import type { Answers } from './decide';

/** Images on which each normalization is tried. */
const SAMPLES = 500;
/** Images in one forward pass, at most. */
const BATCH_SIZE = 250;
/** Keeps the choice of training images apart from other uses of a seed. */
const STREAM = 0x2077a1;

/** What a model answers under each common normalization, and the true classes. */
export interface Trial {
  readonly answers: readonly Answers[];
  readonly labels: Uint8Array;
}

/** The common normalizations of a dataset, its own standardization last. */
function candidates({ standardization }: OpenData): Normalization[] {
  const known = standardization && CONVENTIONS.some((one) => sameNormalization(one, standardization));
  return [...CONVENTIONS, ...(standardization && !known ? [standardization] : [])];
}

/**
 * Runs a model on the first validation images under each common normalization. Where there are fewer than 500, training
 * images are taken too: nothing is reported of them but which normalization is the right one.
 * @throws UserError where the model does not fit the images, CancelledError
 */
export async function tryNormalizations(
  model: LayersModel,
  data: OpenData,
  options: { signal?: AbortSignal | undefined; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<Trial> {
  const { signal, onProgress } = options;
  const classifier = asClassifier(model, { shape: data.info.imageShape }, data.info.classNames.length);
  const all = candidates(data);
  const samples = partsOf(data, all[0]!).reduce((sum, { length }) => sum + length, 0);
  const size = batchWithin(model, Math.min(BATCH_SIZE, samples));
  const meter = new ProgressMeter('finding the normalization', all.length * samples, 'images', onProgress);
  const pass = trace((x) => classifier.logitsOf(x, false), [classifier.shapeOf(size)], { examples: [0] });
  const labels = new Uint8Array(samples);
  try {
    const answers: Answers[] = [];
    for (const normalization of all) {
      const one = { normalization, guesses: new Int32Array(samples), losses: new Float64Array(samples) };
      let at = 0;
      for (const images of partsOf(data, normalization))
        for (let from = 0; from < images.length; from += size) {
          if (signal?.aborted) throw new CancelledError();
          const batch = images.batch(from, size);
          labels.set(batch.labels, at);
          const logits = await pass.run(padded(batch, size).pixels);
          new ClassificationMetrics(classifier.classes).add(logits, batch.labels, batch.count, (row, guess, loss) => {
            one.guesses[at + row] = Number.isFinite(loss) ? guess : -1;
            one.losses[at + row] = Number.isFinite(loss) ? loss : Infinity;
          });
          at += batch.count;
          meter.advance(batch.count);
          await breathe();
        }
      answers.push(one);
    }
    return { answers, labels };
  } finally {
    pass.dispose();
  }
}

/** The images under a normalization: those held out for validation, then training images. */
function partsOf(data: OpenData, normalization: Normalization): Images[] {
  const under = data.under({ ...normalization, from: 'found' });
  const held = under.split('validation').first(SAMPLES);
  const rest = SAMPLES - held.length;
  return rest === 0 ? [held] : [held, under.split('train').shuffled(new Random(STREAM)).first(rest)];
}
