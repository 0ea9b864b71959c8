import { sparsityOf } from '../../../protocol/figures';
import type { PruneStep } from '../../../protocol/steps/prune';
import { surveyOf, type FloatSurvey } from '../../checkpoint/survey';
import type { ModelContent, Tensor, Tensors } from '../../checkpoint/types';
import { isElsewhere, isFloat, valuesOf, type FloatTensor } from '../../checkpoint/values';
import { countNonzero } from '../../measure/inspect';
import { readGraph } from '../../model/graph';
import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import { requireFinite } from '../../model/tensors';
import { groupingOf, kernelAxes, nOfM, patternOf, whyNotFitting, type Pattern } from './granularity';
import { pooled } from './pooling';
import { inMemory, SizesInOrder, type ScoresInOrder } from './scores-in-order';
import { SMALLEST_FLOAT } from './sorted';
import { importanceScores, type ScoreName } from './scores';
import type { Statistics } from './scores/score';

/** The options that decide the rank of weights. */
export interface Ranking {
  readonly score: ScoreName;
  readonly pattern: Pattern;
  /** Decides the order of random scores. */
  readonly seed: number;
  /** Statistics of this model and score, for scores that need data. */
  readonly statistics?: Statistics | undefined;
}

/** Returns the ranking of a step. */
export const rankingOf = (
  { score, granularity }: Pick<PruneStep, 'score' | 'granularity'>,
  seed = 0,
  statistics?: Statistics,
): Ranking => ({ score, pattern: patternOf(granularity), seed, statistics });

/** A layer with the data that a plan needs. To count for any threshold takes one binary search in `scores`. */
export interface RankedLayer {
  readonly layer: GraphLayer;
  /** Nonzero parameters of all its tensors, biases included. */
  readonly nonzero: number;
  /** Number of kernel weights, protected ones included; and number of protected ones that are 0. */
  readonly kernelWeights: number;
  readonly protectedZeros: number;
  /** Scores of all groups of prunable weights, ascending; 0 where all weights of a group are 0, above 0 elsewhere. */
  readonly scores: ScoresInOrder;
  /** Number of nonzero weights in the first k groups, k from 0 up; null where each weight is a group. */
  readonly held: Uint32Array | null;
  /** Number of prunable weights; and number of those that are 0. */
  readonly weights: number;
  readonly zeros: number;
  /** Sum and sum of squares of the prunable weights. */
  readonly sum: number;
  readonly squares: number;
  /** The reason why the granularity does not fit the layer. */
  readonly misfit?: string | undefined;
}

type Rankings = Map<string, readonly RankedLayer[]>;
const rankings = new WeakMap<ModelContent, WeakMap<Statistics, Rankings>>();
const NO_STATISTICS: Statistics = new Map();

/**
 * Ranks the prunable weights of each layer by importance. Sorts once for each model and ranking.
 * @throws UserError where a prunable tensor holds NaN or infinite weights
 */
export function rank(model: ModelContent, ranking: Ranking): readonly RankedLayer[] {
  const { statistics = NO_STATISTICS, ...rest } = ranking;
  const ofModel = rankings.get(model) ?? new WeakMap<Statistics, Rankings>();
  rankings.set(model, ofModel);
  const held = ofModel.get(statistics) ?? new Map<string, readonly RankedLayer[]>();
  ofModel.set(statistics, held);
  const key = JSON.stringify(rest);
  const known = held.get(key);
  if (known) return known;
  const ranked = readGraph(model).layers.map((layer) => rankLayer(layer, ranking));
  held.set(key, ranked);
  return ranked;
}

type Prunable = GraphTensor & { readonly tensor: FloatTensor };

/** Returns the tensors of a layer that are pruned, with the layout of their weights. */
export const prunableIn = ({ tensors }: GraphLayer): Prunable[] =>
  tensors.filter((one): one is Prunable => one.prunable && isFloat(one.tensor));

/** Returns the tensors of a layer that are pruned. */
export const prunableTensors = (layer: GraphLayer): FloatTensor[] => prunableIn(layer).map(({ tensor }) => tensor);

/**
 * Returns the share of zeros in the prunable weights of a layer; 0 where it has none. @param tensors its present
 * weights, where they have changed
 */
export function prunedShare(layer: GraphLayer, tensors?: Tensors): number {
  const now = prunableTensors(layer).map((tensor) => tensors?.get(tensor.name) ?? tensor);
  const weights = now.reduce((sum, tensor) => sum + valuesOf(tensor).length, 0);
  const nonzero = now.reduce((sum, tensor) => sum + countNonzero(tensor), 0);
  return sparsityOf(weights - nonzero, weights) ?? 0;
}

/** A tensor with the score of each of its groups. */
export interface ScoredTensor {
  readonly tensor: FloatTensor;
  readonly scores: Float32Array;
  /** The group of each weight; null where each weight is a group of its own. */
  readonly groupOf: Uint32Array | null;
}

/** Scores the groups of a tensor. A group scores 0 if, and only if, all its weights are 0. */
export function scoreTensor(prunable: Prunable, ranking: Ranking): ScoredTensor {
  const { tensor } = prunable;
  const { pattern, seed } = ranking;
  const score = importanceScores[ranking.score];
  const statistics = ranking.statistics?.get(tensor.name) ?? new Float32Array(0);
  const scores = score.score({ tensor, seed, statistics });
  settle(scores, tensor.data);
  const { count, groupOf } = groupingOf(pattern, prunable);
  if (pattern.kind === 'n:m') return { tensor, scores: nOfM(scores, pattern, kernelAxes(prunable)), groupOf };
  return { tensor, scores: groupOf ? pooled(scores, groupOf, count, score.pooling) : scores, groupOf };
}

/** Sets the scores of zero weights to 0 and raises other scores of 0 just above it, so that zeros are pruned first. */
function settle(scores: Float32Array, weights: Float32Array): void {
  for (let i = 0; i < scores.length; i++) {
    if (weights[i] === 0) scores[i] = 0;
    else if (scores[i] === 0) scores[i] = SMALLEST_FLOAT;
  }
}

/** Explains why a score that needs data cannot score a tensor; undefined where it can. */
function whyNotScored({ name }: Tensor, { score, statistics }: Ranking): string | undefined {
  return statistics?.has(name) === false ? `${score} cannot score it: ${importanceScores[score].unseen}` : undefined;
}

function rankLayer(layer: GraphLayer, ranking: Ranking): RankedLayer {
  const prunable = prunableIn(layer);
  const tensors = prunable.map(({ tensor }) => tensor);
  requireFinite(tensors, 'pruned');
  const misfit = prunable
    .map((one) => whyNotScored(one.tensor, ranking) ?? whyNotFitting(ranking.pattern, one))
    .find((why) => why !== undefined);
  const kernels = layer.tensors.filter(({ kernel }) => kernel);
  return {
    layer,
    nonzero: layer.tensors.reduce((total, { tensor }) => total + countNonzero(tensor), 0),
    kernelWeights: kernels.reduce((total, { params }) => total + params, 0),
    protectedZeros: kernels
      .filter(({ prunable }) => !prunable)
      .reduce((total, { tensor, params }) => total + params - countNonzero(tensor), 0),
    ...(surveyed(prunable, ranking, misfit) ?? inOrder(prunable, ranking, misfit)),
    misfit,
  };
}

type Ordered = Pick<RankedLayer, 'scores' | 'held' | 'weights' | 'zeros' | 'sum' | 'squares'>;

/** Returns true where the scores of single weights are their absolute values. */
export const isByMagnitude = ({ score, pattern }: Ranking): boolean =>
  (score === 'magnitude' || score === 'l2') && pattern.kind === 'element';

/** Takes the scores of weights that are elsewhere from their surveys; undefined for others, and for other scores. */
function surveyed(prunable: readonly Prunable[], ranking: Ranking, misfit: string | undefined): Ordered | undefined {
  const tensors = prunable.map(({ tensor }) => tensor);
  if (misfit !== undefined || tensors.length === 0 || !isByMagnitude(ranking)) return undefined;
  const floats = tensors.map((tensor) => (isElsewhere(tensor) ? surveyOf(tensor).floats : undefined));
  const known = floats.filter((one) => one !== undefined);
  if (known.length < tensors.length) return undefined;
  const total = (pick: (survey: FloatSurvey) => number) => known.reduce((sum, one) => sum + pick(one), 0);
  return {
    scores: new SizesInOrder(tensors, known),
    held: null,
    weights: total(({ count }) => count),
    zeros: total(({ zeros }) => zeros),
    sum: total(({ count, mean }) => count * mean),
    squares: total(({ count, mean, squares }) => squares + count * mean * mean),
  };
}

function inOrder(prunable: readonly Prunable[], ranking: Ranking, misfit: string | undefined): Ordered {
  const scored = misfit === undefined ? prunable.map((one) => scoreTensor(one, ranking)) : [];
  let [weights, zeros, sum, squares] = [0, 0, 0, 0];
  for (const { tensor } of prunable) {
    const { data } = tensor;
    weights += data.length;
    for (let i = 0; i < data.length; i++) {
      if (data[i] === 0) zeros++;
      sum += data[i]!;
      squares += data[i]! * data[i]!;
    }
  }
  return { ...sortGroups(scored), weights, zeros, sum, squares };
}

function sortGroups(scored: readonly ScoredTensor[]): Pick<RankedLayer, 'scores' | 'held'> {
  const all = new Float32Array(scored.reduce((size, { scores }) => size + scores.length, 0));
  const nonzero = new Uint32Array(all.length);
  let offset = 0;
  for (const { tensor, scores, groupOf } of scored) {
    all.set(scores, offset);
    if (groupOf) for (let i = 0; i < groupOf.length; i++) if (tensor.data[i] !== 0) nonzero[offset + groupOf[i]!]!++;
    offset += scores.length;
  }
  if (scored.every(({ groupOf }) => groupOf === null)) return { scores: inMemory(all.sort()), held: null };
  const order = Uint32Array.from(all.keys()).sort((a, b) => all[a]! - all[b]! || a - b);
  const held = new Uint32Array(all.length + 1);
  order.forEach((group, i) => (held[i + 1] = held[i]! + nonzero[group]!));
  return { scores: inMemory(all.sort()), held };
}

/** Counts the nonzero prunable weights in the first `groups` groups. */
export function lostBy({ held, zeros }: RankedLayer, groups: number): number {
  return held ? held[groups]! : Math.max(0, groups - zeros);
}

/** Computes the standard deviation of the prunable weights of several layers together; 0 where there are none. */
export function standardDeviation(layers: readonly RankedLayer[]): number {
  const total = (pick: (layer: RankedLayer) => number) => layers.reduce((all, layer) => all + pick(layer), 0);
  const count = total(({ weights }) => weights);
  if (count === 0) return 0;
  const mean = total(({ sum }) => sum) / count;
  return Math.sqrt(Math.max(0, total(({ squares }) => squares) / count - mean * mean));
}
