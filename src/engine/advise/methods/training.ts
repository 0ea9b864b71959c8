import type { RecipeStepInput } from '../../../protocol/steps';
import type { Circumstances } from './method';

/** The last step: one small file, without the record of the run, which the checkpoint beside it keeps. */
export const PACK: RecipeStepInput = { step: 'pack', smallWeights: 16, history: 'drop' };

/** Epochs of a recovery, and fewest optimizer steps: few examples are seen more often. */
const [EPOCHS, MOST_EPOCHS] = [7, 60];
const FEWEST_STEPS = 600;
const BATCH = 100;
/** Fewer examples than this get smaller batches. */
const FEW = 2000;
const SMALL_BATCH = 20;

/** How long and in which batches a model recovers on so many examples. */
function effort({ examples }: Pick<Circumstances, 'examples'>, share = 1): { epochs: number; batchSize: number } {
  const batchSize = examples < FEW ? Math.max(1, Math.min(SMALL_BATCH, examples)) : BATCH;
  const steps = Math.max(1, Math.floor(examples / batchSize));
  const epochs = Math.min(MOST_EPOCHS, Math.max(EPOCHS, Math.ceil(FEWEST_STEPS / steps)));
  return { epochs: Math.max(1, Math.round(share * epochs)), batchSize };
}

/** The recovery after shapes have changed. */
export const recovery = (about: Circumstances): RecipeStepInput[] => [{ step: 'finetune', ...effort(about) }];

/** Values that a layer keeps, by the share of its zeros: those that are left must tell more. */
const clustersAt = (sparsity: number): number => (sparsity > 0.985 ? 6 : sparsity > 0.93 ? 8 : 16);

/**
 * Prunes gradually, then gives each layer a few values which are trained on (Deep Compression, Han et al. 2016), and packs.
 * @param longer by this factor where a change of shapes is recovered from at once
 */
export function fewValues(about: Circumstances, sparsity: number, longer = 1): RecipeStepInput[] {
  const { epochs, ...batches } = effort(about, longer);
  const rate = { learningRate: sparsity > 0.985 ? 0.005 : 0.003 };
  const gradual = { score: 'lamp', sparsity, from: 0, to: Math.max(1, Math.round(0.57 * epochs)) } as const;
  return [
    { step: 'finetune', epochs, ...batches, ...rate, gradual },
    { step: 'cluster', clusters: clustersAt(sparsity) },
    { step: 'finetune', ...effort(about, 0.43), learningRate: 0.001 },
    PACK,
  ];
}

/** Keeps weights in 8 bits, and packs. */
export const inEightBits: readonly RecipeStepInput[] = [{ step: 'quantize', bits: 'int8' }, PACK];
