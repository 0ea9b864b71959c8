import { UserError } from '../../../protocol/errors';
import type { JsonObject } from '../../../protocol/json';
import { unrollRounds } from '../../../protocol/rounds';
import { RecipeStep, type RecipeStepInput, type StepName } from '../../../protocol/steps';
import { compact } from '../outcomes/compact';
import { distill } from '../outcomes/distill';
import { finetune } from '../outcomes/finetune';
import type { Outcome } from '../outcomes/outcome';
import { prune } from '../outcomes/prune';
import { quantize } from '../outcomes/quantize';
import { remove } from '../outcomes/remove';
import { reshape } from '../outcomes/reshape';
import { restrict } from '../outcomes/restrict';
import { run } from '../outcomes/run';
import { target } from '../outcomes/target';
import { train } from '../outcomes/train';
import { optionsOf } from '../recipe';

/** A step that a command can run after its own: an option switches it on by its first field, others set the rest. */
export interface Follower {
  readonly step: StepName;
  readonly flag: string;
  readonly field: string;
  /** Help of the option. */
  readonly help: string;
  /** Fields that the command does not offer. */
  readonly without?: readonly string[];
  /** The following step that this one needs. */
  readonly needs?: string;
}

/** The form of a step as a command. */
export interface StepForm {
  readonly description: string;
  readonly examples: readonly string[];
  readonly followers: readonly Follower[];
  readonly outcome: Outcome;
  /** The step can be repeated in rounds of rising sparsity. */
  readonly rounds?: true;
}

const fineTune = (help: string): Follower => ({
  step: 'finetune',
  flag: 'fine-tune',
  field: 'epochs',
  help,
  without: ['gradual'],
});

const recalibrate: Follower = {
  step: 'recalibrate',
  flag: 'recalibrate',
  field: 'samples',
  help: 'measure the statistics of batch normalization again, on so many training examples',
  without: ['batchSize'],
};

/** Commands that are more than their step. All other steps are offered as they are. */
const FORMS: Readonly<Partial<Record<string, Partial<StepForm>>>> = {
  train: {
    description: 'train a network from random weights',
    examples: [
      'train --arch fashion-cnn --data fashion-mnist --epochs 9 --seed 0 --out fashion-cnn',
      'train --arch lenet-5 --data ./my-images --out lenet --resume',
    ],
    outcome: train,
  },
  merge: {
    description: 'fold batch normalization into its neighbors and drop idle layers, with the same outputs',
    examples: ['merge my-model --out my-model-merged', 'merge my-model --protect "head*" --dry-run'],
    outcome: reshape,
  },
  prune: {
    description: 'set the smallest weights to zero, and fine-tune what is left',
    examples: [
      'prune fashion-cnn --sparsity 0.9 --fine-tune 2 --data fashion-mnist --out fashion-cnn-pruned-90',
      'prune fashion-cnn --threshold 0.02 --scope layer --out fashion-cnn-cut',
      'prune fashion-cnn --layers conv1=0.5 dense1=0.95 --out fashion-cnn-by-layer',
      'prune fashion-cnn --granularity 2:4 --protect "conv*" --dry-run',
      'prune fashion-cnn --sparsity 0.95 --rounds 3 --rewind early --fine-tune 2 --data fashion-mnist --out ticket',
    ],
    followers: [
      {
        step: 'rewind',
        flag: 'rewind',
        field: 'to',
        help: 'after each pruning set the weights that are left back to those of this checkpoint',
        needs: 'fine-tune',
      },
      fineTune('train on with the zeros held, for so many epochs'),
    ],
    outcome: prune,
    rounds: true,
  },
  remove: {
    description: 'take filters, channels and neurons out of the model, and fine-tune it',
    examples: [
      'remove fashion-cnn --macs 0.5 --score fpgm --data fashion-mnist --fine-tune 3 --distill --out fashion-cnn-half',
      'remove fashion-cnn --channels 0.3 --scope layer --dry-run',
      'remove fashion-cnn-pruned-90 --zeros --out fashion-cnn-small',
    ],
    followers: [recalibrate, fineTune('train the smaller model on, for so many epochs')],
    outcome: remove,
  },
  factorize: {
    description: 'make two or three small layers of a large one, and fine-tune them',
    examples: [
      'factorize fashion-cnn --layers dense1 --params 0.1 --data fashion-mnist --fine-tune 2 --out fashion-cnn-low-rank',
      'factorize fashion-cnn --layers "conv*" --macs 0.5 --data fashion-mnist --fine-tune 3 --distill --out fashion-cnn-half',
      'factorize fashion-cnn --ranks dense1=8 conv2=16 --dry-run',
    ],
    followers: [fineTune('train the small layers on, for so many epochs')],
    outcome: reshape,
  },
  compact: {
    description: 'replace convolutions by separable or bottleneck ones, and fine-tune the model',
    examples: [
      'compact fashion-cnn --macs 0.25 --data fashion-mnist --fine-tune 6 --distill --out fashion-cnn-compact',
      'compact fashion-cnn --multiplier 2 --layers conv2 conv3 --data fashion-mnist --out fashion-cnn-separable',
      'compact fashion-cnn --form bottleneck --macs 0.4 --data fashion-mnist --dry-run',
    ],
    followers: [recalibrate, fineTune('train the compact model on, for so many epochs')],
    outcome: compact,
  },
  quantize: {
    description: 'keep weights in 2 to 16 bits',
    examples: [
      'quantize fashion-cnn --data fashion-mnist --out fashion-cnn-8-bit',
      'quantize fashion-cnn --bits int4 --data fashion-mnist --out fashion-cnn-4-bit',
      'quantize fashion-cnn --layers conv1=float16 "dense*=uint8" --bits uint16 --dry-run',
      'quantize fashion-cnn --bits int8 --activations --data fashion-mnist --fine-tune 2 --out fashion-cnn-int8',
    ],
    followers: [fineTune('train on with all values held on their grids, for so many epochs')],
    outcome: quantize,
  },
  cluster: {
    description: 'let the weights of a layer share a few values',
    examples: [
      'cluster fashion-cnn --clusters 16 --fine-tune 2 --data fashion-mnist --out fashion-cnn-16-values',
      'cluster fashion-cnn-pruned-90 --clusters 32 --layers "conv*=64" --dry-run',
    ],
    followers: [fineTune('train the values on, for so many epochs')],
    outcome: restrict('cluster'),
  },
  ternarize: {
    description: 'set every weight to -a, 0 or +a',
    examples: [
      'ternarize fashion-cnn --fine-tune 5 --distill --data fashion-mnist --out fashion-cnn-ternary',
      'ternarize fashion-cnn --scale-of tensor --ends change --dry-run',
    ],
    followers: [fineTune('train on with weights of these values, for so many epochs')],
    outcome: restrict('ternarize'),
  },
  binarize: {
    description: 'set every weight to -a or +a',
    examples: ['binarize fashion-cnn --fine-tune 5 --distill --data fashion-mnist --out fashion-cnn-binary'],
    followers: [fineTune('train on with weights of these values, for so many epochs')],
    outcome: restrict('binarize'),
  },
  distill: {
    description: 'train a smaller student from the answers of a teacher, and the same one without beside it',
    examples: [
      'distill fashion-cnn --width 0.3 --epochs 10 --data fashion-mnist --out student',
      'distill fashion-cnn --student ds-cnn --hints 1 --seeds 3 --data fashion-mnist --out small',
      'distill fashion-cnn --width 0.5 --fewer 1 --data fashion-mnist --dry-run',
    ],
    outcome: distill,
  },
  target: {
    description: 'compress to a target instead of a ratio, with an amount for each layer that is found',
    examples: [
      'target fashion-cnn --accuracy 0.91 --data fashion-mnist --out fashion-cnn-91',
      'target fashion-cnn --bytes 300000 --data fashion-mnist --fine-tune 2 --out fashion-cnn-300k',
      'target fashion-cnn --macs 3000000 --by remove --data fashion-mnist --out fashion-cnn-half',
      'target fashion-cnn --bytes 200000 --by quantize --data fashion-mnist --out fashion-cnn-mixed',
    ],
    followers: [fineTune('train on with the zeros held, for so many epochs')],
    outcome: target,
  },
  finetune: {
    description: 'train a model on with its zeros held, or prune it gradually on the way',
    examples: [
      'finetune fashion-cnn-pruned-90 --epochs 2 --data fashion-mnist --out tuned',
      'finetune fashion-cnn --epochs 7 --gradual 0.95 --from 0 --to 4 --distill --data fashion-mnist --out gradual-95',
    ],
    outcome: finetune,
  },
  rewind: {
    examples: ['rewind fashion-cnn-pruned-90 --to fashion-cnn --out ticket'],
  },
  recalibrate: {
    examples: ['recalibrate my-pruned-resnet --samples 2000 --data ./my-images --out recalibrated'],
  },
};

/** Returns the form of a step; `purpose` is the help of one without a text of its own. */
export function formOf(name: string, purpose: string): StepForm {
  const sentence = purpose.charAt(0).toLowerCase() + purpose.slice(1).replace(/\.$/, '');
  const known = FORMS[name];
  return {
    description: sentence,
    examples: [`${name} my-model --out my-new-model`],
    followers: [],
    outcome: run,
    ...known,
  };
}

/**
 * Returns the steps of a command in rounds. @throws UserError where an option has no valid value, or no sparsity is
 * given to lead up to
 */
export function inRounds(rounds: number, steps: readonly JsonObject[]): RecipeStepInput[] {
  const parsed = steps.map((step) => optionsOf(RecipeStep, step));
  const prune = parsed.find((step) => step.step === 'prune');
  const finetune = parsed.find((step) => step.step === 'finetune');
  const rewind = parsed.find((step) => step.step === 'rewind')?.to;
  if (!finetune) throw new UserError('The option --rounds goes with --fine-tune: give that too.');
  const { amount, layers, ...rest } = prune ?? {};
  if (!amount || !('sparsity' in amount) || layers)
    throw new UserError('Rounds lead up to a sparsity: give one with --sparsity, or leave --rounds out.');
  return unrollRounds({ rounds, sparsity: amount.sparsity, prune: { step: 'prune', ...rest }, rewind, finetune });
}
