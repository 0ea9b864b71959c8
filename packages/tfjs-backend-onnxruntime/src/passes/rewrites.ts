import type { Plan } from '../graph/plan';
import { halvesInput } from '../graph/operations';
import { isPendingOf, type PendingValue, type Value } from '../graph/value';
import { Consumers } from './consumers';
import { foldClippedRelus } from './fold-clipped-relus';
import { foldReluMasks } from './fold-relu-masks';
import { fuseConvolutions } from './fuse-convolutions';
import { joinGateGradients, type SaturatingGradient, type TanhGradient } from './gate-gradients';
import { type JoinedProduct, joinProducts } from './joined-products';
import { findRecurrences, type Recurrence } from './recurrences';
import { type Parts, splitSlices } from './split-slices';
import type { SummedProducts } from './group-sums';
import { sumProducts } from './sum-products';

/** A convolution that also adds its bias and applies its relu, computed where the last of the three stood. */
export interface FusedConvolution {
  readonly convolution: PendingValue<'Conv2D'>;
  readonly bias: Value;
  readonly relu: boolean;
}

/** A gradient multiplied by the mask of a relu, `gradient * (source > 0)`, or of a clipped one. */
export interface MaskedGradient {
  readonly gradient: Value;
  /** What the mask is taken from: the relu's result where it exists anyway, else its argument. */
  readonly source: Value;
  /** Set where the source is clipped too, and the gradient lost at and above this bound. */
  readonly ceiling: number | null;
  /** Set where `gradient` is a pool's, whose mask is cheaper at the pooled size. */
  readonly poolGradient: PendingValue<'MaxPoolGradient'> | null;
}

/** What the emitter does otherwise than node by node. */
export interface Rewrites {
  /** Values that need no emission of their own. */
  readonly skipped: Set<Value>;
  readonly fusedConvolutions: Map<Value, FusedConvolution>;
  /** Steps (a relu's derivative) whose argument a fusion has swallowed, with the relu's result, which has the same sign. */
  readonly stepSources: Map<Value, Value>;
  readonly maskedGradients: Map<Value, MaskedGradient>;
  /** Clips of relus that need not exist, with the argument of the relu. */
  readonly clippedRelus: Map<Value, Value>;
  /** The first of several sums that are one matrix product. */
  readonly summedProducts: Map<Value, SummedProducts>;
  /** Sums of products and biases that are one product, or the activations of such. */
  readonly joinedProducts: Map<Value, JoinedProduct>;
  /** Where the last step of a recurrent layer comes that is one operator. */
  readonly recurrences: Map<Value, Recurrence>;
  /** The first of several slices that are made together. */
  readonly splits: Map<Value, Parts>;
  /** Gradients of several gates beside each other. */
  readonly gateGradients: Map<Value, readonly SaturatingGradient[]>;
  readonly tanhGradients: Map<Value, TanhGradient>;
  /** The number that a leaf always is, if it is always the same. */
  readonly constants: (leaf: Value) => number | undefined;
  /** Max-pools of windows of two by two whose gradient is asked for too, and the images that they are of. */
  readonly halvedPools: Set<Value>;
  readonly halvedImages: Set<Value>;
}

/**
 * Finds all rewrites of a plan.
 *
 * @param constants the number that a leaf always is, if it is always the same
 * @param threads that compute the graph
 */
export function findRewrites(plan: Plan, constants: Rewrites['constants'], threads: number): Rewrites {
  const rewrites: Rewrites = {
    skipped: new Set(),
    fusedConvolutions: new Map(),
    stepSources: new Map(),
    maskedGradients: new Map(),
    clippedRelus: new Map(),
    summedProducts: new Map(),
    joinedProducts: new Map(),
    recurrences: new Map(),
    splits: new Map(),
    gateGradients: new Map(),
    tanhGradients: new Map(),
    constants,
    halvedPools: new Set(),
    halvedImages: new Set(),
  };
  const consumers = new Consumers(plan);
  fuseConvolutions(plan, consumers, rewrites);
  foldReluMasks(plan, consumers, rewrites);
  foldClippedRelus(plan, consumers, rewrites);
  findRecurrences(plan, consumers, rewrites, threads);
  joinProducts(plan, consumers, rewrites);
  sumProducts(plan, consumers, rewrites);
  joinGateGradients(plan, consumers, rewrites);
  splitSlices(plan, consumers, rewrites);
  findHalvedPools(plan, rewrites);
  return rewrites;
}

function findHalvedPools(plan: Plan, { halvedPools, halvedImages }: Rewrites): void {
  for (const value of plan.order) {
    if (!isPendingOf(value, 'MaxPoolGradient')) continue;
    if (halvesInput(value.node.operation.attributes.window, value.shape)) {
      const [, image, pooled] = value.node.inputs;
      halvedImages.add(image!);
      halvedPools.add(pooled!);
    }
  }
}
