import { CancelledError } from '../../../protocol/errors';
import type { Split } from '../../../protocol/dataset';
import type { Progress } from '../../../protocol/measure';
import { CONVENTIONS, sameNormalization, type EvenNormalization } from '../../../protocol/normalization';
import type { Dataset, SizedData } from '../../dataset/open-data';
import type { Examples } from '../../dataset/examples';
import { Random } from '../../dataset/random';
import { batchWithin } from '../../model/batch-size';
import type { Network } from '../../model/network';
import { ProgressMeter } from '../../progress-meter';
import { breathe } from '../../pause';
import { paddedInputs, tracedScores } from '../pass';
import { withTask } from '../tasked-network';
import type { Meter } from '../tasks/task';
import type { Answers } from './decide';

/** Number of examples on which each normalization is tried. */
const SAMPLES = 500;
/** Most examples of one forward pass. */
const BATCH_SIZE = 250;
/** Separates the choice of training examples from other uses of a seed. */
const STREAM = 0x2077a1;

/** The answers of a model under each common normalization, and the true classes. */
export interface Trial {
  readonly answers: readonly (Answers & { readonly sums: Meter })[];
  /** Undefined where not each example has a class. */
  readonly labels: Int32Array | undefined;
  readonly samples: number;
}

/** Lists the common normalizations of a dataset, its own standardization last. */
function candidates(data: SizedData): EvenNormalization[] {
  const standardization = data.standardization();
  const known = standardization && CONVENTIONS.some((one) => sameNormalization(one, standardization));
  return [...CONVENTIONS, ...(standardization && !known ? [standardization] : [])];
}

/**
 * Runs a network on the first validation examples under each common normalization. Where there are fewer than 500,
 * training examples are added, or test examples where there is nothing else: they decide only the normalization and are
 * not reported.
 * @throws UserError where the model does not fit the examples, CancelledError
 */
export async function tryNormalizations(
  network: Network,
  data: SizedData,
  options: { signal?: AbortSignal | undefined; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<Trial> {
  const { signal, onProgress } = options;
  const all = candidates(data);
  const first = partsOf(data, all[0]!);
  const samples = first.reduce((sum, { length }) => sum + length, 0);
  const tasked = withTask(network, first[0]!);
  const size = batchWithin(network, Math.min(BATCH_SIZE, samples));
  const meter = new ProgressMeter('finding the normalization', all.length * samples, first[0]!.noun, onProgress);
  const pass = tracedScores(tasked, size);
  const labels = new Int32Array(samples);
  try {
    const answers: Trial['answers'][number][] = [];
    let classed = false;
    for (const normalization of all) {
      const parts = partsOf(data, normalization);
      // Targets that are pixels have the normalization of the examples.
      const own = withTask(network, parts[0]!);
      const { task } = own;
      classed = task.meter().confusion !== undefined && task.targetSize === 1;
      const [guesses, losses] = [new Int32Array(samples), new Float64Array(samples)];
      const one = { normalization, guesses, losses, sums: task.meter() };
      let at = 0;
      for (const images of parts)
        for (let from = 0; from < images.length; from += size) {
          if (signal?.aborted) throw new CancelledError();
          const batch = images.batch(from, size);
          const targets = own.targetsOf(batch);
          if (classed) labels.set(targets, at);
          const scores = await pass.run(...paddedInputs(own, batch, size));
          one.sums.add(scores, targets, batch.count, (row, cost, guess) => {
            guesses[at + row] = Number.isFinite(cost) ? guess : -1;
            losses[at + row] = Number.isFinite(cost) ? cost : Infinity;
          });
          at += batch.count;
          meter.advance(batch.count);
          await breathe();
        }
      answers.push(one);
    }
    return { answers, labels: classed ? labels : undefined, samples };
  } finally {
    pass.dispose();
  }
}

/** Returns the examples under a normalization: validation, then training; test where there are neither. */
function partsOf(data: SizedData, normalization: EvenNormalization): Examples[] {
  const under = data.under({ ...normalization, from: 'found' });
  const held = under.has('validation') ? [under.split('validation').first(SAMPLES)] : [];
  const rest = SAMPLES - (held[0]?.length ?? 0);
  if (rest > 0 && under.has('train')) return [...held, mixed(under, 'train', rest)];
  return held.length > 0 ? held : [mixed(under, 'test', SAMPLES)];
}

const mixed = (data: Dataset, split: Split, count: number): Examples =>
  data.split(split).shuffled(new Random(STREAM)).first(count);
