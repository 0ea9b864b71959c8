import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { CALIBRATION_SAMPLES, ImportanceScoreName, PruneStep } from '../../protocol/steps/prune';
import { ChannelScoreName, RemoveStep } from '../../protocol/steps/remove';
import type { ModelContent, Tensors } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import type { LayerPruner } from '../measure/sensitivity/pruner';
import { readGraph } from '../model/graph';
import { prunedTensors } from './prune/apply';
import { calibrate } from './prune/calibrate';
import { applyAndReconstruct } from './prune/apply-and-reconstruct';
import { weightPruner } from './prune/pruner';
import { planPrune } from './prune/plan';
import { prunableTensors, prunedShare } from './prune/ranking';
import { channelGroups } from './remove/channels';
import { channelPruner } from './remove/pruner';
import { maskChannels } from './remove/mask';
import { planRemove } from './remove/plan';
import { channelScores } from './remove/scores';
import { shareOf } from './share';

/** The pruning options of a scan or a target. */
export interface PruningMethodOptions {
  readonly by: 'prune' | 'remove';
  readonly score: string;
  readonly granularity?: string | undefined;
  readonly protect?: string[] | undefined;
  /** Size of the inputs for MACs where channels are removed, see `closeInputs`. */
  readonly inputShape?: number[] | undefined;
}

/** The context in which scores are computed: training images, the recipe's seed, and progress. */
export interface PruningMethodContext {
  readonly data: Dataset;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A copy of the model after a plan was applied. */
export interface PrunedModel {
  /** The smaller or sparser model, as it would be written. */
  readonly model: ModelContent;
  /** Weights in the shapes of the original model. With them, that model gives the same outputs as the smaller one. */
  readonly shown: Tensors;
}

/** A way to compress a model: layer by layer, or several layers at once, each by its own amount. */
export interface PruningMethod {
  readonly pruner: LayerPruner;
  /** Makes the recipe step for these amounts: sparsities, or shares of channels. */
  step(amounts: ReadonlyMap<string, number>): PruneStep | RemoveStep;
  /**
   * Returns the amount for each layer when all layers are ranked together and this share of the weights, parameters or
   * MACs goes; null where so much cannot go.
   */
  globalAmounts(share: number, of: 'params' | 'macs'): ReadonlyMap<string, number> | null;
  /** Prunes or removes, and does nothing more. @throws UserError */
  apply(amounts: ReadonlyMap<string, number>): PrunedModel;
  /** Does the whole step; refits the kept weights where the score reconstructs. @throws UserError, CancelledError */
  applyAndReconstruct(amounts: ReadonlyMap<string, number>): Promise<PrunedModel>;
}

/**
 * Makes the pruning method that the options describe. Computes scores that need data first. @throws UserError,
 * CancelledError
 */
export async function createPruningMethod(
  model: ModelContent,
  options: PruningMethodOptions,
  context: PruningMethodContext,
): Promise<PruningMethod> {
  checkPruningMethod(options);
  return options.by === 'prune' ? weightPruning(model, options, context) : channelRemoval(model, options, context);
}

/** Checks the options alone, without a model. @throws UserError */
export function checkPruningMethod({ by, score, granularity }: PruningMethodOptions): void {
  if (by === 'prune') {
    named(ImportanceScoreName, score, 'weights');
    if (granularity?.includes(':'))
      throw new UserError(
        `The granularity ${granularity} sets the sparsity itself, so no other sparsity can be chosen: choose element, kernel, filter or a block.`,
      );
    return;
  }
  named(ChannelScoreName, score, 'channels');
  if (granularity !== undefined)
    throw new UserError(
      'Channels are removed as a whole, so a granularity has no effect: leave it out, or prune weights instead.',
    );
}

const NONE: ReadonlyMap<string, number> = new Map();

async function weightPruning(
  model: ModelContent,
  { score: name, granularity, protect }: PruningMethodOptions,
  { data, ...context }: PruningMethodContext,
): Promise<PruningMethod> {
  const score = named(ImportanceScoreName, name, 'weights');
  const statistics = await calibrate(model, { score, samples: CALIBRATION_SAMPLES }, data, context);
  const step = (amounts: ReadonlyMap<string, number>): PruneStep =>
    PruneStep.parse({
      step: 'prune',
      score,
      scope: 'layer',
      layers: Object.fromEntries([...amounts].map(([layer, sparsity]) => [layer, { sparsity }])),
      ...(granularity === undefined ? {} : { granularity }),
      ...(protect === undefined ? {} : { protect }),
    });
  return {
    pruner: weightPruner(model, { score, granularity, protect }, context.seed, statistics),
    step,
    globalAmounts: (sparsity) =>
      orNull(() => {
        const plan = planPrune(
          model,
          { ...step(NONE), layers: undefined, scope: 'global', amount: { sparsity } },
          context.seed,
          statistics,
        );
        const tensors = prunedTensors(model, plan);
        return amountsOf(model, tensors, plan.selections.keys());
      }),
    apply: (amounts) => {
      const tensors = prunedTensors(model, planPrune(model, step(amounts), context.seed, statistics));
      return { model: { ...model, tensors }, shown: tensors };
    },
    applyAndReconstruct: async (amounts) => {
      const done = step(amounts);
      const plan = planPrune(model, done, context.seed, statistics);
      // Its progress would alternate with the progress of the whole.
      const { tensors } = await applyAndReconstruct(model, done, plan, data, { ...context, onProgress: undefined });
      return { model: { ...model, tensors }, shown: tensors };
    },
  };
}

async function channelRemoval(
  model: ModelContent,
  { score: name, protect, inputShape }: PruningMethodOptions,
  { data, ...context }: PruningMethodContext,
): Promise<PruningMethod> {
  const score = named(ChannelScoreName, name, 'channels');
  const groups = channelGroups(model);
  const step = (amounts: ReadonlyMap<string, number>): RemoveStep =>
    RemoveStep.parse({
      step: 'remove',
      score,
      scope: 'layer',
      layers: Object.fromEntries(amounts),
      ...(protect === undefined ? {} : { protect }),
      ...(inputShape === undefined ? {} : { inputShape }),
    });
  const { samples } = step(NONE);
  const scores = await channelScores[score].score({ model, groups, samples, dataset: data, ...context });
  const pruner = channelPruner(model, { score, protect }, scores);
  const apply = (amounts: ReadonlyMap<string, number>): PrunedModel => {
    const plan = planRemove(model, step(amounts), scores);
    return { model: plan.model, shown: maskChannels(model, groups, plan.removed).tensors };
  };
  return {
    pruner,
    step,
    globalAmounts: (share, of) =>
      orNull(() => {
        const amount = of === 'macs' ? { macs: share } : { params: share };
        const { removed } = planRemove(model, { ...step(NONE), scope: 'global', amount }, scores);
        return pruner.shares(removed);
      }),
    apply,
    applyAndReconstruct: (amounts) => Promise.resolve(apply(amounts)),
  };
}

/** Returns the share of zeros in the prunable weights of each named layer. */
function amountsOf(model: ModelContent, tensors: Tensors, layers: Iterable<string>): Map<string, number> {
  const names = new Set(layers);
  const shares = readGraph(model)
    .layers.filter(({ name }) => names.has(name))
    .map((layer) => {
      const weights = prunableTensors(layer).reduce((sum, { data }) => sum + data.length, 0);
      return [layer.name, shareOf(weights, prunedShare(layer, tensors))] as const;
    });
  return new Map(shares.filter(([, share]) => share > 0));
}

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Finds a score by its name. @throws UserError where it is none of these */
function named<T extends string>(names: { readonly options: readonly T[] }, score: string, what: string): T {
  const found = names.options.find((name) => name === score);
  if (found === undefined)
    throw new UserError(`The score ${score} is not a score of ${what}: choose one of ${names.options.join(', ')}.`);
  return found;
}
