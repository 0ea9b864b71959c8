import { plural } from '../../protocol/format';
import { beginsAnew, type DistillStep } from '../../protocol/steps/distill';
import type { FinetuneStep } from '../../protocol/steps/finetune';
import type { TrainStep } from '../../protocol/steps/train';
import { zeroMasks } from '../compress/prune/apply';
import type { Constraint, Constraints } from '../train/constraints/constraint';
import { constraintWords, recognized } from '../train/constraints/recognize';
import { sameBytes } from './outcome';
import type { RunContext } from './run-context';

/** Most tensors that a message names. */
const NAMED = 4;

/** Returns true where a step keeps weights on their few values. */
export const keepsValues = (step: TrainStep | FinetuneStep | DistillStep): boolean =>
  (step.step === 'finetune' && step.values !== 'free') || (step.step === 'distill' && !beginsAnew(step));

/** Properties that a training step keeps, by weight name. */
export interface KeptByTraining {
  readonly masks: ReadonlyMap<string, Uint8Array>;
  readonly constraints: Constraints;
}

/**
 * Finds what a training step keeps of the model at its start, and says so: its zeros, and the values of weights that have
 * few. Steps of the run say more than values do: which zeros were pruned, and the weights of full precision behind the
 * values.
 * @throws UserError
 */
export async function keptBy(
  context: RunContext,
  step: TrainStep | FinetuneStep | DistillStep,
): Promise<KeptByTraining> {
  // These begin with random weights.
  if (step.step === 'train' || (step.step === 'distill' && beginsAnew(step)))
    return { masks: new Map(), constraints: new Map() };
  const { model, listener } = context;
  const masks = new Map(zeroMasks(model));
  const made = keepsValues(step) ? await madeIn(context) : new Map<string, Constraint>();
  const found = new Map(recognized(model).map(({ name, constraint }) => [name, constraint]));
  for (const [name, constraint] of made) {
    found.set(name, constraint);
    const pruned = constraint.shadow && maskOf(constraint.shadow);
    if (pruned) masks.set(name, pruned);
    else masks.delete(name);
  }
  if (found.size === 0) return { masks, constraints: found };
  const named = [...found]
    .slice(0, NAMED)
    .map(([name, constraint]) => `${name} (${constraintWords(constraint)})`)
    .join(', ');
  const more = found.size > NAMED ? ` and ${found.size - NAMED} more` : '';
  const keeps = keepsValues(step);
  listener.report({
    kind: 'message',
    text: `The weights of ${plural(found.size, 'tensor')} have few values, ${keeps ? 'which training keeps' : 'which training leaves, as the step says'}: ${named}${more}.`,
  });
  return { masks, constraints: keeps ? found : new Map() };
}

/** Finds the constraints of earlier steps whose weights are still as these left them. */
async function madeIn(context: RunContext): Promise<Map<string, Constraint>> {
  const found = new Map<string, Constraint>();
  for (const { constraints, tensors } of await context.restrictions())
    for (const [name, constraint] of constraints) {
      const [then, now] = [tensors.get(name), context.model.tensors.get(name)];
      if (!found.has(name) && then && now && sameBytes(then, now)) found.set(name, constraint);
    }
  return found;
}

/** Makes the mask of the zeros of a tensor; undefined where it has none. */
function maskOf(data: Float32Array): Uint8Array | undefined {
  return data.includes(0) ? Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)) : undefined;
}
