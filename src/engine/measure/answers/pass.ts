import { CancelledError, UserError } from '../../../protocol/errors';
import type { Progress } from '../../../protocol/measure';
import type { Batch, Examples } from '../../dataset/examples';
import { batchWithin } from '../../model/batch-size';
import type { Network } from '../../model/network';
import { breathe } from '../../pause';
import { ProgressMeter } from '../../progress-meter';
import { paddedInputs, tracedScores } from '../pass';
import { withTask, type OutputTask, type TaskedNetwork } from '../tasked-network';

/** Most examples of one forward pass. */
const BATCH_SIZE = 500;

/** A network that is asked for answers of one of its outputs. */
export interface Asked {
  readonly tasked: TaskedNetwork;
  readonly output: OutputTask;
  readonly examples: Examples;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A batch with the scores and targets of the output, count x scoreSize and count x targetSize. */
export interface Part {
  readonly batch: Batch;
  /** The place of its first example. */
  readonly from: number;
  readonly scores: Float32Array;
  readonly targets: Float32Array;
}

/** Finds the output of a question. @throws UserError where there is none of that name, or model and examples do not fit */
export function outputOf(network: Network, examples: Examples, name: string | undefined): Pick<Asked, 'tasked' | 'output'> {
  const tasked = withTask(network, examples);
  const output = name === undefined ? tasked.outputs[0] : tasked.outputs.find((one) => one.name === name);
  if (output) return { tasked, output };
  throw new UserError(`The model has no output "${name}": choose ${tasked.outputs.map((one) => one.name).join(', ')}.`);
} // prettier-ignore

/** Asks the network about examples, batch by batch, until `hear` wants no more. @throws CancelledError */
export async function askAll(asked: Asked, hear: (part: Part) => boolean): Promise<void> {
  const { tasked, output, examples, signal, onProgress } = asked;
  const size = batchWithin(tasked.network, Math.min(BATCH_SIZE, examples.length));
  const meter = new ProgressMeter('asking the model', examples.length, examples.noun, onProgress);
  const pass = tracedScores(tasked, size);
  try {
    for (let from = 0; from < examples.length; from += size) {
      if (signal.aborted) throw new CancelledError();
      const batch = examples.batch(from, size);
      const scores = output.scoresIn(await pass.run(...paddedInputs(tasked, batch, size)));
      if (!hear({ batch, from, scores, targets: output.targetsOf(batch) })) return;
      meter.advance(batch.count);
      await breathe();
    }
  } finally {
    pass.dispose();
  }
}

/** Returns the places of at most `count` examples that are spread evenly. */
export function spread(examples: Examples, count: number): Uint32Array {
  const wanted = Math.min(count, examples.length);
  return Uint32Array.from({ length: wanted }, (_, i) => Math.floor((i * examples.length) / wanted));
}

/** Returns the class of the first of the highest of `classes` scores, which is the one that counts in the confusion matrix. */
export function highestIn(scores: Float32Array, from: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (scores[from + c]! > scores[from + best]!) best = c;
  return best;
}
