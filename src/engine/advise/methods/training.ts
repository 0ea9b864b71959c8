import type { RecipeStepInput } from '../../../protocol/steps';
import type { Circumstances } from './method';

/** The last step: one small file, without the record of the run, which the checkpoint beside it keeps. */
export const PACK: RecipeStepInput = { step: 'pack', smallWeights: 16, history: 'drop' };

/** Epochs of a recovery, and fewest optimizer steps: few examples are seen more often. */
const [EPOCHS, MOST_EPOCHS] = [10, 80];
const FEWEST_STEPS = 1000;
const BATCH = 100;
/** Fewer examples than this get smaller batches. */
const FEW = 2000;
const SMALL_BATCH = 20;

/**
 * The model as it was teaches what becomes of it. On Fashion-MNIST a third of the work of `fashion-cnn` came to 91.9% so, and
 * to 91.0% without a teacher (7 epochs at 0.003).
 */
const TAUGHT = { distill: { alpha: 0.9 }, learningRate: 0.002 } as const;

/** How long and in which batches a model is trained on so many examples. */
export function effort(
  { examples }: Pick<Circumstances, 'examples'>,
  share = 1,
): { epochs: number; batchSize: number } {
  const batchSize = examples < FEW ? Math.max(1, Math.min(SMALL_BATCH, examples)) : BATCH;
  const steps = Math.max(1, Math.floor(examples / batchSize));
  const epochs = Math.min(MOST_EPOCHS, Math.max(EPOCHS, Math.ceil(FEWEST_STEPS / steps)));
  return { epochs: Math.max(1, Math.round(share * epochs)), batchSize };
}

/** The recovery after shapes have changed. */
export const recovery = (about: Circumstances): RecipeStepInput[] => [
  { step: 'finetune', ...effort(about), ...TAUGHT },
];

/** With more zeros than this a teacher does not help while they are made: `test/bench/quality/methods.ts` has the figures. */
const MOST_TAUGHT = 0.9;

/** Values that a layer keeps, by the share of its zeros: those that are left must tell more. */
const clustersAt = (sparsity: number): number => (sparsity > 0.985 ? 6 : sparsity > 0.93 ? 8 : 16);

/**
 * Prunes gradually, then gives each layer a few values which are trained on (Deep Compression, Han et al. 2016), and packs.
 * @param longer by this factor where a change of shapes is recovered from at once
 */
export function fewValues(about: Circumstances, sparsity: number, longer = 1): RecipeStepInput[] {
  const { epochs, ...batches } = effort(about, 0.7 * longer);
  const training =
    sparsity > 0.985 ? { learningRate: 0.005 } : sparsity > MOST_TAUGHT ? { learningRate: 0.003 } : TAUGHT;
  const gradual = { score: 'lamp', sparsity, from: 0, to: Math.max(1, Math.round(0.57 * epochs)) } as const;
  return [
    { step: 'finetune', epochs, ...batches, ...training, gradual },
    { step: 'cluster', clusters: clustersAt(sparsity) },
    { step: 'finetune', ...effort(about, 0.3), ...TAUGHT, learningRate: 0.001 },
    PACK,
  ];
}

/** Keeps weights in 8 bits, and packs. */
export const inEightBits: readonly RecipeStepInput[] = [{ step: 'quantize', bits: 'int8' }, PACK];
