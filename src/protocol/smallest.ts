import * as z from 'zod';
import type { RecipeStepInput } from './steps';

/** The loss of accuracy that is allowed for the smallest file: none, about half a point, about one and a half. */
export const Allowance = z.enum(['none', 'half', 'more']);
export type Allowance = z.infer<typeof Allowance>;

/**
 * The amounts for each allowance: share of zeros, values of a layer, and the rate of the gradual pruning. `half` was measured on
 * `fashion-cnn` with seed 0: 91.10% on the test images in 11,056 bytes. With 97.7% of zeros, and the model at the start as a teacher at the
 * end, it was 90.72% in 12,256 bytes.
 */
const AMOUNTS = {
  none: { sparsity: 0.95, clusters: 8, learningRate: 0.003 },
  half: { sparsity: 0.98, clusters: 8, learningRate: 0.003 },
  // Few weights must change more.
  more: { sparsity: 0.99, clusters: 6, learningRate: 0.005 },
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
