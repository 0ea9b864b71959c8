import type { Plan } from '../graph/plan';
import { halvesInput } from '../graph/operations';
import { isPendingOf } from '../graph/value';
import { Consumers } from './consumers';
import { foldClippedRelus } from './activations/fold-clipped-relus';
import { foldReluMasks } from './activations/fold-relu-masks';
import { fuseConvolutions } from './activations/fuse-convolutions';
import { joinGateGradients } from './recurrent/gate-gradients';
import { joinProducts } from './products/joined-products';
import { findRecurrences } from './recurrent/recurrences';
import { splitSlices } from './split-slices';
import { sumProducts } from './products/sum-products';
import type { Rewrites } from './rewrites';

/**
 * Finds all rewrites of a plan.
 *
 * @param constants returns the number of a leaf that is a constant
 * @param threads number of threads that compute the graph
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
