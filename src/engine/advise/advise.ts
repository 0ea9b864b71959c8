import {
  recipeName,
  type Advice,
  type AdviceMethodName,
  type AdviceOptions,
  type AdvisedRecipe,
} from '../../protocol/advice';
import { NO_DATASET, type DataReference } from '../../protocol/dataset';
import type { Progress } from '../../protocol/measure';
import { lossOf, type MetricValue } from '../../protocol/metric';
import { RECIPE_VERSION, type Recipe } from '../../protocol/recipe';
import { trains } from '../../protocol/steps';
import type { Session } from '../checkpoint/store';
import type { ModelContent } from '../checkpoint/types';
import { widthOf } from '../compress/remove/axes';
import type { Dataset } from '../dataset/open-data';
import { figuresOf, nameOf } from '../measure/inspect';
import type { Sample } from '../measure/sample';
import type { KnownPoints } from '../measure/sensitivity/scan';
import { readGraph } from '../model/graph';
import { withInputShape } from '../model/input-shapes';
import { whyNotRunnable } from '../model/runnable';
import { planData } from '../recipe/planning/data';
import { withRunProvenance } from '../recipe/provenance';
import type { RunEnvironment } from '../recipe/types';
import { NOTHING_REFERENCED } from './applied';
import { runBriefly } from './brief';
import { Tries } from './candidate';
import { chooseRecipes, type Chosen } from './choose';
import { worse } from './estimate';
import { ruleOf, type Rule } from './goal';
import { adviseLayers } from './layers';
import { methods } from './methods/list';
import { mergesIn, withMerging } from './methods/merge';
import type { Circumstances } from './methods/method';
import { searchRecipes } from './search';
import { packedBytes } from './sizes';
import { measuredNow, timed } from './now';
import { notesOn, notesOnSearch, shortfallOf } from './notes';

/** A loss of this share of what the model does better than a guess does not count. */
const NO_LOSS = 0.01;
/** A training step takes as long as so many forward passes. */
const PASSES_OF_TRAINING = 4;
/** The part of the time that goes to layers. */
const FOR_LAYERS = 0.5;
/** Widths of layers from which removal keeps them at multiples of 8, or of 4. */
const [WIDE, NARROW] = [32, 16];

export interface AdviseInput {
  readonly session: Session;
  readonly options: AdviceOptions;
  readonly seed: number;
  /** The data, as it was named and as the model takes it; null: none. */
  readonly data: { readonly reference: DataReference; readonly dataset: Dataset } | null;
  readonly environment: RunEnvironment;
  /** Known points of layers, and storage for new ones. @param samples the examples on which they are measured */
  readonly known: (method: AdviceMethodName, sample: Sample) => Promise<KnownPoints | undefined>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Tells what can be saved in a model, where and by which method, and offers recipes. @throws UserError, CancelledError */
export async function advise(input: AdviseInput): Promise<Advice> {
  const { session, options, seed, signal, onProgress } = input;
  const { checkpoint } = session;
  const begun = performance.now();
  const { inputShape } = options;
  const model = withInputShape(checkpoint, inputShape);
  const { totals } = figuresOf(checkpoint, inputShape);
  const timing = await timed(model, { signal, onProgress });
  const measured = input.data ? await measuredNow(checkpoint, input.data.dataset, options, signal) : null;
  const noData = input.data ? undefined : (whyNotRunnable(checkpoint) ?? NO_DATASET);
  const packed = await packedBytes(checkpoint, { smallWeights: 32, history: 'drop' }, signal);
  const now: Advice['now'] = {
    ...{ packedBytes: packed.value, params: totals.params, macs: totals.macs },
    ...(totals.macsFor ? { macsFor: totals.macsFor } : {}),
    ...timing.now,
    metrics: measured?.metrics ?? null,
  };
  const rule = options.goal && ruleOf(options.goal, now, noData);
  const budget = measured && budgetOf(measured.metrics[0], measured.trivial, rule);
  const allowed = budget && lossOf(budget.name, budget.value, measured.metrics[0].value);
  const time = options.minutes * 60_000;
  const layers = await adviseLayers({
    ...{ model: checkpoint, inputShape, times: timing.layers, seed, signal, onProgress },
    measuring:
      measured && budget
        ? {
            sample: measured.sample,
            keeps: ([main]) => lossOf(main.name, main.value, measured.metrics[0].value) <= allowed!,
          }
        : undefined,
    known: (method) => (measured ? input.known(method, measured.sample) : Promise.resolve(undefined)),
    deadline: performance.now() + FOR_LAYERS * time,
  });
  const circumstances: Circumstances = {
    examples: input.data?.dataset.split('train').length ?? 0,
    trains: measured?.trains ?? false,
    ...mergesIn(checkpoint),
    multipleOf: multipleFor(checkpoint),
    inputShape,
  };
  const tries = new Tries({
    ...{ session, seed, signal, inputShape, onProgress: () => undefined },
    data: dataOf(input.data?.dataset),
    measuring:
      input.data && measured
        ? {
            ...{ dataset: input.data.dataset, samples: measured.sample.length },
            ...{ now: measured.metrics[0], trivial: measured.trivial, rate: measured.rate / PASSES_OF_TRAINING },
          }
        : null,
    latency: now.latency,
    asWritten: writerFor(input),
  });
  const found = await searchRecipes({
    families: methods
      .flatMap((method) => method.families(circumstances))
      .map((family) => (circumstances.merges ? withMerging(family, circumstances.merges) : family)),
    ...{ rule, tries, most: options.try, signal, onProgress },
    deadline: begun + time,
  });
  const choosing = {
    ...{ rule, now },
    metric: measured && budget ? { now: measured.metrics[0], trivial: measured.trivial, budget } : null,
  };
  const chosen = chooseRecipes(found.candidates, choosing);
  const recipes = named(options.measure ? await briefly(chosen, input) : chosen, rule);
  const shortfall = rule && shortfallOf(rule, recipes);
  return {
    ...{ name: nameOf(checkpoint), weightsHash: checkpoint.weightsHash, options },
    dataset: input.data ? { name: input.data.dataset.info.name, sample: input.data.dataset.info.sample } : null,
    ...(noData === undefined ? {} : { noData }),
    normalization: input.data?.dataset.normalization ?? null,
    samples: measured?.sample.length ?? 0,
    ...{ now, budget, layers: layers.layers, recipes },
    ...(shortfall === undefined ? {} : { shortfall }),
    notes: [
      ...new Set([
        ...notesOn(timing, noData, measured, budget, packed.measured),
        ...layers.notes,
        ...notesOnSearch(found, options.minutes, circumstances, recipes),
      ]),
    ],
    seconds: (performance.now() - begun) / 1000,
    reused: layers.reused,
  };
}

/** Returns what makes a model as a run writes it: a packed file keeps what its provenance notes of the data. */
function writerFor({ session, data, seed, environment }: AdviseInput): (model: ModelContent) => ModelContent {
  const { checkpoint } = session;
  const recipe: Recipe = { recipeVersion: RECIPE_VERSION, checkpoint: checkpoint.path, seed, steps: [] };
  const dataset = data?.dataset ?? null;
  const source = { recipe, parent: checkpoint, referenced: NOTHING_REFERENCED, opened: dataset, data: dataset };
  return (model) => withRunProvenance(model, source, environment, []);
}

/** Data that is open already, for plans. */
const dataOf = (dataset: Dataset | undefined) =>
  planData(dataset && (() => Promise.resolve(dataset)), () => {
    if (!dataset) throw new Error('data that nobody named was opened');
    return Promise.resolve(dataset);
  });

/** The worst main metric that counts as no loss: that of the goal, or a little less than what the model reaches now. */
function budgetOf(now: MetricValue, trivial: number, rule: Rule | undefined): MetricValue {
  const value = rule?.bound?.value ?? worse(now, NO_LOSS * Math.max(0, lossOf(now.name, trivial, now.value)));
  return { ...now, value };
}

/** Wide layers keep whole blocks, which processors compute. */
function multipleFor(model: ModelContent): number {
  const widths = readGraph(model)
    .layers.filter(({ tensors }) => tensors.some(({ kernel }) => kernel))
    .flatMap((layer) => widthOf(layer) ?? [])
    .sort((a, b) => a - b);
  const middle = widths[Math.floor(widths.length / 2)] ?? 1;
  return middle >= WIDE ? 8 : middle >= NARROW ? 4 : 1;
}

/** Runs each recipe that trains for at most 2 epochs, and measures it. */
async function briefly(chosen: readonly Chosen[], input: AdviseInput): Promise<Chosen[]> {
  const { session, data, options, seed, environment, signal, onProgress } = input;
  if (!data) return [...chosen];
  const done: Chosen[] = [];
  for (const [i, one] of chosen.entries()) {
    if (!one.steps.some(trains)) {
      done.push(one);
      continue;
    }
    const stage = `recipe ${i + 1} of ${chosen.length}`;
    const { metric, packedBytes } = await runBriefly({
      ...{ checkpoint: session.checkpoint.path, steps: one.steps, data: data.reference, dataset: data.dataset },
      ...{ samples: options.samples, seed, environment, signal },
      onProgress: (progress) => onProgress({ ...progress, stage: `${stage}, ${progress.stage}` }),
    });
    done.push({
      ...one,
      after: { metric, from: 'brief' },
      ...(packedBytes === undefined ? {} : { packedBytes: { value: packedBytes, measured: false } }),
    });
  }
  return done;
}

const named = (chosen: readonly Chosen[], rule: Rule | undefined): AdvisedRecipe[] =>
  chosen.map(({ family: _family, strength: _strength, ...one }, i) => ({
    ...one,
    name: recipeName(i),
    meets: rule ? rule.meets(one) : null,
  }));
