import type { Advice, AdviceOptions } from '../../protocol/advice';
import type { Progress } from '../../protocol/measure';
import type { ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import { layerTimes, type LayerTime } from '../measure/layer-times';
import { figuresOf } from '../measure/inspect';
import { measureLatency, timedModel } from '../measure/latency';
import { Sample } from '../measure/sample';
import { guessed } from '../measure/sensitivity/collapse';
import { trainableOf } from '../model/network';
import { toNetwork } from '../model/runnable';
import { orWhyNot } from '../why-not';

export interface Timing {
  readonly now: Pick<Advice['now'], 'latency' | 'noLatency'>;
  readonly layers: readonly LayerTime[];
}

/** Times the model and its layers, where it runs. @throws CancelledError */
export async function timed(
  model: ModelContent,
  listener: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Timing> {
  const told = await orWhyNot(async () => {
    const figures = timedModel('model', '', { ...figuresOf(model).totals, bytes: 0, gzipBytes: 0 });
    const options = { batches: [1], runs: 30, warmUp: 5 };
    const { batches } = await measureLatency([{ model, figures }], options, listener);
    const latency = batches[0]!.model;
    const layers = await layerTimes(model, listener);
    // Layers by themselves read and write what the whole model keeps in its cache: their shares are those of the whole.
    const all = layers.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const share = all > 0 ? latency.median / all : 1;
    return { now: { latency }, layers: layers.map((one) => ({ ...one, milliseconds: one.milliseconds * share })) };
  });
  return typeof told === 'string' ? { now: { latency: null, noLatency: told }, layers: [] } : told;
}

/** How the model does on the validation examples as it is. */
export interface MeasuredNow {
  readonly sample: Sample;
  readonly metrics: NonNullable<Advice['now']['metrics']>;
  /** Main metric of a guess. */
  readonly trivial: number;
  /** Examples per second of a forward pass. */
  readonly rate: number;
  readonly trains: boolean;
}

/** Measures a model on the first validation examples. @throws UserError, CancelledError */
export async function measuredNow(
  model: ModelContent,
  dataset: Dataset,
  { samples }: AdviceOptions,
  signal: AbortSignal,
): Promise<MeasuredNow> {
  const sample = new Sample(dataset.split('validation'), samples);
  const network = await toNetwork(model);
  try {
    return await sample.measuring(network, async (evaluate) => {
      await evaluate(signal);
      // The first pass compiles.
      const start = performance.now();
      const measurement = await evaluate(signal);
      const rate = (1000 * sample.length) / (performance.now() - start);
      const { metrics } = measurement;
      return {
        ...{ sample, metrics, rate, trivial: guessed(metrics[0], sample.trivial.main) },
        trains: trainableOf(network).length > 0 && dataset.split('train').length > 0,
      };
    });
  } finally {
    network.dispose();
  }
}
