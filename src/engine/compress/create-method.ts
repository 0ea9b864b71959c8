import { UserError } from '../../protocol/errors';
import { CALIBRATION_SAMPLES, ImportanceScoreName, PruneStep } from '../../protocol/steps/prune';
import { ChannelScoreName, RemoveStep } from '../../protocol/steps/remove';
import type { ModelContent, Tensors } from '../checkpoint/types';
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
import type { CompressedModel, CompressionMethod, MethodContext, MethodOptions } from './method';
import { quantization } from './quantize/method';
import { shareOf } from './share';

/**
 * Makes the method that the options describe. Computes scores that need data first. @throws UserError,
 * CancelledError
 */
export async function createMethod(
  model: ModelContent,
  options: MethodOptions,
  context: MethodContext,
): Promise<CompressionMethod> {
  checkMethod(options);
  switch (options.by) {
    case 'prune':
      return weightPruning(model, options, context);
    case 'remove':
      return channelRemoval(model, options, context);
    case 'quantize':
      return quantization(model, options, context);
  }
}

/** Checks the options alone, without a model. @throws UserError */
export function checkMethod({ by, score, granularity }: MethodOptions): void {
  if (by === 'prune') {
    named(ImportanceScoreName, score, 'weights');
    if (granularity?.includes(':'))
      throw new UserError(
        `The granularity ${granularity} sets the sparsity itself, so no other sparsity can be chosen: choose element, kernel, filter or a block.`,
      );
    return;
  }
  if (by === 'remove') named(ChannelScoreName, score, 'channels');
  if (by === 'quantize') {
    if (granularity !== undefined)
      throw new UserError('Quantization rounds each weight, so a granularity has no effect: leave it out.');
    return;
  }
  if (granularity !== undefined)
    throw new UserError(
      'Channels are removed as a whole, so a granularity has no effect: leave it out, or prune weights instead.',
    );
}

const NONE: ReadonlyMap<string, number> = new Map();

async function weightPruning(
  model: ModelContent,
  { score: name, granularity, protect }: MethodOptions,
  { data, ...context }: MethodContext,
): Promise<CompressionMethod> {
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
    compressor: weightPruner(model, { score, granularity, protect }, context.seed, statistics),
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
  { score: name, protect, inputShape }: MethodOptions,
  { data, ...context }: MethodContext,
): Promise<CompressionMethod> {
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
  const apply = (amounts: ReadonlyMap<string, number>): CompressedModel => {
    const plan = planRemove(model, step(amounts), scores);
    return { model: plan.model, shown: maskChannels(model, groups, plan.removed).tensors };
  };
  return {
    compressor: pruner,
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
