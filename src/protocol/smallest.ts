import * as z from 'zod';
import type { RecipeStepInput } from './steps';

/** The loss of accuracy that is allowed for the smallest file: none, about half a point, about one and a half. */
export const Allowance = z.enum(['none', 'half', 'more']);
export type Allowance = z.infer<typeof Allowance>;

/** The amounts for each allowance, found on `fashion-cnn` (docs/few-values.md): share of zeros, and values of a layer. */
const AMOUNTS: Readonly<Record<Allowance, { sparsity: number; clusters: number }>> = {
  none: { sparsity: 0.955, clusters: 8 },
  half: { sparsity: 0.98, clusters: 8 },
  more: { sparsity: 0.99, clusters: 6 },
};

/**
 * Makes the steps that lead to the smallest file: gradual pruning while the model learns from its own answers, then few values for
 * each layer (Deep Compression, Han et al. 2016), trained on.
 */
export function smallestSteps(allowance: Allowance): RecipeStepInput[] {
  const { sparsity, clusters } = AMOUNTS[allowance];
  return [
    { step: 'finetune', epochs: 8, learningRate: 0.002, gradual: { sparsity, from: 0, to: 4 }, distill: {} },
    { step: 'cluster', clusters },
    { step: 'finetune', epochs: 3, learningRate: 0.001, distill: {} },
  ];
}
