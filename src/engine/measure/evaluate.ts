import { CancelledError, UserError } from '../../protocol/errors';
import type { Evaluation, Progress } from '../../protocol/measure';
import type { Details } from '../../protocol/measure/evaluation';
import { METRICS } from '../../protocol/metric';
import type { Examples } from '../dataset/examples';
import { namesOf } from '../dataset/targets';
import { batchWithin } from '../model/batch-size';
import type { Network } from '../model/network';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';
import { paddedInputs, tracedScores } from './pass';
import { withTask, type OutputTask } from './tasked-network';
import type { Meter, Task } from './tasks/task';

/** Most examples of one forward pass. */
const BATCH_SIZE = 500;

export interface EvaluateOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  batchSize?: number | undefined;
  /** Name of the progress; default `evaluating`. */
  stage?: string | undefined;
}

/**
 * Computes loss, metrics and, for classes, the confusion of a network on all given examples. Other work may run between
 * two batches.
 * @throws UserError where model and examples do not fit or outputs are not finite, CancelledError
 */
export async function evaluateModel(
  network: Network,
  examples: Examples,
  options: EvaluateOptions,
): Promise<Omit<Evaluation, 'dataset'>> {
  const { signal, onProgress, stage = 'evaluating' } = options;
  const tasked = withTask(network, examples);
  const size = batchWithin(network, Math.min(options.batchSize ?? BATCH_SIZE, examples.length));
  const sums = tasked.task.meter();
  const meter = new ProgressMeter(stage, examples.length, examples.noun, onProgress);
  const start = performance.now();
  const pass = tracedScores(tasked, size);
  try {
    for (let from = 0; from < examples.length; from += size) {
      if (signal?.aborted) throw new CancelledError();
      const batch = examples.batch(from, size);
      sums.add(await pass.run(...paddedInputs(tasked, batch, size)), tasked.targetsOf(batch), batch.count);
      meter.advance(batch.count);
      await breathe();
    }
  } finally {
    pass.dispose();
  }
  const seconds = (performance.now() - start) / 1000;
  requireFinite(tasked.task, sums);
  return {
    split: examples.split,
    samples: sums.samples,
    tasks: [...tasked.task.infos],
    metrics: sums.values,
    loss: sums.loss,
    ...(sums.accuracy === undefined ? {} : { accuracy: sums.accuracy }),
    ...detailsOf(sums, sums.outputs ? undefined : tasked.outputs[0]),
    ...(sums.outputs ? { outputs: sums.outputs.map((one, i) => ({ output: tasked.outputs[i]!.name, ...detailsOf(one, tasked.outputs[i]) })) } : {}), // prettier-ignore
    samplesPerSecond: sums.samples / seconds,
  };
}

/** @throws UserError where an output was not finite, or has no loss */
export function requireFinite({ infos: [{ loss: name }] }: Task, { loss, main }: Meter): void {
  if (Number.isFinite(loss)) return;
  if (!METRICS[main.name].isShare && Number.isFinite(main.value))
    throw new UserError(
      `The loss ${name} of the model's outputs is not a number, because it needs outputs and targets of 0 or more: name another "loss" in a NAME.data.json.`,
    );
  throw new UserError(
    'The outputs of the model are NaN or infinite: its weights are damaged, so it cannot be evaluated.',
  );
}

/** Returns the figures of the classes or labels of an output; of several outputs together there are none. */
function detailsOf({ confusion = [], unions, labels }: Meter, output: OutputTask | undefined): Details {
  const names = output ? namesOf(output.targets, labels?.length ?? confusion.length) : [];
  return {
    perClass: confusion.map((row, actual) => {
      const samples = row.reduce((sum, count) => sum + count, 0);
      const accuracy = samples === 0 ? 0 : row[actual]! / samples;
      return { name: names[actual]!, samples, accuracy, ...(unions ? { iou: unions[actual]! } : {}) };
    }),
    confusion: confusion.map((row) => [...row]),
    ...(labels ? { labels: labels.map((one, i) => ({ name: names[i]!, ...one })) } : {}),
  };
}
