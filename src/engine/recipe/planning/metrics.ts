import type { Progress } from '../../../protocol/measure';
import type { PlanMetrics } from '../../../protocol/plan';
import type { Session } from '../../checkpoint/store';
import type { ModelContent } from '../../checkpoint/types';
import { dataKey, type Dataset } from '../../dataset/open-data';
import { evaluated } from '../../measure/evaluated';
import { evaluateModel } from '../../measure/evaluate';
import type { Network } from '../../model/network';
import { weightSwapOf } from '../../model/weight-swap';
import { pauseUnless } from '../../pause';

/** Most examples of one pass: few enough that a newer plan, which cancels this one, waits for some 15 ms only. */
const BATCH = 200;

/** Divides examples into passes of about the same size: the last one is filled up, for nothing. */
const evenBatch = (examples: number): number => Math.ceil(examples / Math.max(1, Math.ceil(examples / BATCH)));

/** A measurement of so many milliseconds or less is quick. */
const QUICK = 300;
/** Milliseconds that the last measurement of a plan took, by the checkpoint. */
const took = new WeakMap<Session, number>();

/** Returns true where the last measurement of a plan was quick: the network is built, and the checkpoint itself measured. */
export const measuresQuickly = (session: Session): boolean => (took.get(session) ?? Infinity) <= QUICK;

/** The number of validation examples, and the listener. */
export interface MeasuringOptions {
  readonly samples: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * The model that is measured beside the checkpoint: the same network with other weights, a smaller one, the checkpoint
 * itself (`same`), or none where only the run finds it.
 */
export type Measured =
  { readonly kind: 'weights' | 'smaller'; readonly model: ModelContent } | { readonly kind: 'same' | 'none' };

/**
 * Measures a checkpoint, once per session, and the plan, on the first validation examples.
 * @throws UserError where the model cannot be evaluated on them, CancelledError
 */
export async function measurePlan(
  session: Session,
  dataset: Dataset,
  planned: Measured,
  options: MeasuringOptions,
): Promise<PlanMetrics> {
  const { info, normalization } = dataset;
  const { samples, signal, onProgress } = options;
  const start = performance.now();
  const images = dataset.split('validation').first(samples);
  const evaluate = (network: Network) =>
    evaluateModel(network, images, { signal, onProgress, batchSize: evenBatch(images.length) });
  const swap = await weightSwapOf(session);
  const [baseline, shown] = await swap.exclusively(async (network) => {
    await pauseUnless(signal);
    const { checkpoint } = session;
    const before = await session.memo(`baseline:${JSON.stringify([dataKey(dataset), images.length])}`, () => {
      swap.set(checkpoint.tensors);
      return evaluate(network);
    });
    if (planned.kind !== 'weights') return [before, before];
    await pauseUnless(signal);
    swap.set(planned.model.tensors);
    return [before, await evaluate(network)];
  });
  const after =
    planned.kind === 'none'
      ? null
      : planned.kind === 'smaller'
        ? await evaluated(planned.model, dataset, { split: 'validation', samples, signal, onProgress })
        : shown;
  took.set(session, performance.now() - start);
  return {
    ...{ before: baseline.metrics, after: after?.metrics ?? null },
    ...{ samples: baseline.samples, sampleData: info.sample, normalization },
  };
}
