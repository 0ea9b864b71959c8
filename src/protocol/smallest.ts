import * as z from 'zod';
import type { RecipeStepInput } from './steps';

/** The loss of accuracy that is allowed for a small file. */
export const Allowance = z.enum(['little', 'some', 'much']);
export type Allowance = z.infer<typeof Allowance>;

/**
 * The amounts for each allowance: share of zeros, values of a layer, and the rate of the gradual pruning. Measured on
 * `fashion-cnn` (91.82%) with seed 0: 91.58% on the test images in 21,651 bytes, 91.10% in 11,056, and 89.50% in 6,639.
 */
const AMOUNTS = {
  little: { sparsity: 0.95, clusters: 8, learningRate: 0.003 },
  some: { sparsity: 0.98, clusters: 8, learningRate: 0.003 },
  // Few weights must change more.
  much: { sparsity: 0.99, clusters: 6, learningRate: 0.005 },
} as const satisfies Readonly<Record<Allowance, object>>;

/**
 * Makes the steps that lead to the smallest file: gradual pruning, then few values for each layer (Deep Compression, Han et al.
 * 2016), which are trained on, and the packed file.
 */
export function smallestSteps(allowance: Allowance): RecipeStepInput[] {
  const { sparsity, clusters, learningRate } = AMOUNTS[allowance];
  const gradual = { score: 'lamp', sparsity, from: 0, to: 4, frequency: 200 } as const;
  return [
    { step: 'finetune', epochs: 7, learningRate, gradual },
    { step: 'cluster', clusters },
    { step: 'finetune', epochs: 3, learningRate: 0.001 },
    { step: 'pack', smallWeights: 16 },
  ];
}
