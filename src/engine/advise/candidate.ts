import type { AdvisedRecipe } from '../../protocol/advice';
import type { MetricValue } from '../../protocol/metric';
import { RecipeStep, trains } from '../../protocol/steps';
import type { LatencyFigures } from '../../protocol/measure/latency';
import type { ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import { evaluated } from '../measure/evaluated';
import { figuresOf } from '../measure/inspect';
import { measureLatency, timedModel } from '../measure/latency';
import { readGraph } from '../model/graph';
import { applied, type ApplyContext } from './applied';
import { estimated } from './estimate';
import type { Family } from './methods/method';
import { packedBytes } from './sizes';

/** A recipe that was tried, without its name and what it is best at. */
export type Candidate = Omit<AdvisedRecipe, 'name' | 'best' | 'meets'> & {
  readonly family: string;
  readonly strength: number;
};

/** Milliseconds for which a latency is measured, with the fewest and most passes. */
const TIMED_MS = 1500;
const [FEWEST_RUNS, MOST_RUNS] = [7, 60];

export interface CandidateContext extends ApplyContext {
  readonly inputShape: readonly number[] | undefined;
  /** The data, how the model does on it, and a guess; null without data. */
  readonly measuring: {
    readonly dataset: Dataset;
    readonly samples: number;
    readonly now: MetricValue;
    readonly trivial: number;
    /** Training examples per second, estimated. */
    readonly rate: number;
  } | null;
  readonly latency: LatencyFigures | null;
  /** Makes the model as a run writes it, with what it notes of the data. */
  asWritten(model: ModelContent): ModelContent;
}

/** Tries recipes in memory: their sizes, and their metric before training. */
export class Tries {
  private readonly start: ModelContent;
  private readonly macs: number | null;
  /** Sizes by steps: strengths that are near to each other often give the same ones. */
  private readonly sizes = new Map<string, number>();
  /** Latencies by shapes: recipes that differ in values alone take the same time. */
  private readonly latencies = new Map<string, NonNullable<Candidate['latency']>>();

  constructor(private readonly context: CandidateContext) {
    this.start = context.session.checkpoint;
    this.macs = figuresOf(this.start, context.inputShape).totals.macs;
  }

  /** Returns one size of a recipe. @throws UserError where its steps do not fit the model, CancelledError */
  async size(of: 'bytes' | 'macs' | 'latency', family: Family, strength: number): Promise<number> {
    const steps = stepsOf(family, strength);
    const key = JSON.stringify([of, steps]);
    const known = this.sizes.get(key);
    if (known !== undefined) return known;
    const size = await this.sizeOf(of, steps);
    this.sizes.set(key, size);
    return size;
  }

  private async sizeOf(of: 'bytes' | 'macs' | 'latency', steps: readonly RecipeStep[]): Promise<number> {
    const model = await applied(steps, this.context);
    if (of === 'bytes') return (await this.packed(model, steps)).value;
    if (of === 'macs') return figuresOf(model, this.context.inputShape).totals.macs ?? Infinity;
    return (await this.latency(model))?.milliseconds ?? Infinity;
  }

  /** Tries a recipe. @throws UserError where its steps do not fit the model, CancelledError */
  async candidate(family: Family, strength: number): Promise<Candidate> {
    const { context } = this;
    const steps = stepsOf(family, strength);
    const model = await applied(steps, context);
    const { params, macs } = figuresOf(model, context.inputShape).totals;
    const gone = this.macs === null || macs === null || this.macs === 0 ? 0 : 1 - macs / this.macs;
    const isTrained = steps.some(trains);
    const packed = await this.packed(model, steps);
    return {
      ...{ family: family.name, strength, steps },
      ...{ title: family.title(strength, gone), does: family.does(strength, gone) },
      packedBytes: { value: packed.value, measured: packed.measured && !isTrained },
      ...{ params, macs },
      latency: await this.latency(model),
      ...(await this.metrics(model, isTrained)),
      seconds: this.seconds(steps),
    };
  }

  private packed(model: ModelContent, steps: readonly RecipeStep[]): Promise<Candidate['packedBytes']> {
    const step = steps.find((one) => one.step === 'pack');
    if (!step) throw new Error('each recipe of an advice packs');
    return packedBytes(this.context.asWritten(model), step, this.context.signal);
  }

  /** Measures beside the model as it is. Where shapes are the same, so is the speed. */
  private async latency(model: ModelContent): Promise<Candidate['latency']> {
    const { latency: now, signal } = this.context;
    if (!now) return null;
    const noiseOf = ({ lowerQuartile, upperQuartile, median }: LatencyFigures) =>
      (upperQuartile - lowerQuartile) / (2 * median);
    const shapes = shapesOf(model);
    if (shapes === shapesOf(this.start)) return { milliseconds: now.median, ratio: 1, noise: noiseOf(now) };
    const known = this.latencies.get(shapes);
    if (known) return known;
    const figures = timedModel('', '', { ...figuresOf(model).totals, bytes: 0, gzipBytes: 0 });
    const runs = Math.round(Math.min(MOST_RUNS, Math.max(FEWEST_RUNS, TIMED_MS / (2 * now.median))));
    const { batches } = await measureLatency(
      [
        { model: this.start, figures },
        { model, figures },
      ],
      { batches: [1], runs, warmUp: 3 },
      { signal },
    );
    const { model: first, other } = batches[0]!;
    if (!other) throw new Error('two models were timed, and one answer came');
    // Other work on the machine makes some passes slow: it hardly moves the lower quartiles. The milliseconds are those of
    // the first measurement times their ratio.
    const ratio = other.lowerQuartile / first.lowerQuartile;
    const measured = { milliseconds: now.median * ratio, ratio, noise: noiseOf(other) };
    this.latencies.set(shapes, measured);
    return measured;
  }

  private async metrics(model: ModelContent, isTrained: boolean): Promise<Pick<Candidate, 'before' | 'after'>> {
    const { measuring, signal } = this.context;
    if (!measuring) return { before: null, after: null };
    const { dataset, samples, now, trivial } = measuring;
    const { metrics } = await evaluated(model, dataset, { split: 'validation', samples, signal });
    const [before] = metrics;
    return {
      before: metrics,
      after: isTrained
        ? { ...estimated(now, before, trivial), from: 'estimated' }
        : { metric: before, from: 'measured' },
    };
  }

  private seconds(steps: readonly RecipeStep[]): number | null {
    const { measuring } = this.context;
    if (!steps.some(trains)) return 0;
    if (!measuring) return null;
    const examples = measuring.dataset.split('train').length;
    const epochs = steps.reduce((sum, step) => sum + ('epochs' in step ? step.epochs : 0), 0);
    return (epochs * examples) / measuring.rate;
  }
}

export const stepsOf = (family: Family, strength: number): RecipeStep[] =>
  family.steps(strength).map((step) => RecipeStep.parse(step));

/** Models with the same shapes make the same computations with other numbers. */
function shapesOf(model: ModelContent): string {
  return JSON.stringify(
    readGraph(model).layers.map(({ name, type, outputShape, params }) => [name, type, outputShape, params]),
  );
}
