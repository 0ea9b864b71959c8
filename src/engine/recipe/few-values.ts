import { plural } from '../../protocol/format';
import { beginsAnew, type DistillStep } from '../../protocol/steps/distill';
import type { FinetuneStep } from '../../protocol/steps/finetune';
import type { TrainStep } from '../../protocol/steps/train';
import { zeroMasks } from '../compress/prune/apply';
import type { Constraint, Constraints } from '../train/constraints/constraint';
import { constraintWords, recognized } from '../train/constraints/recognize';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { readGraph } from '../model/graph';
import { channelAt, kernelChannels } from '../model/kernel-channels';
import type { GraphTensor } from '../model/model-graph';
import { sameBytes } from './outcome';
import type { Restrictions, RunContext } from './run-context';

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
  const earlier = keepsValues(step) ? await context.restrictions() : [];
  const made = madeIn(context, earlier);
  const found = new Map(recognized(model).map(({ name, constraint }) => [name, constraint]));
  for (const [name, constraint] of made) {
    found.set(name, constraint);
    const pruned = constraint.shadow && maskOf(constraint.shadow);
    if (pruned) masks.set(name, pruned);
    else masks.delete(name);
  }
  for (const [name, shadow] of shadowsIn(model, found, earlier)) found.set(name, { ...found.get(name), shadow });
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
function madeIn({ model }: RunContext, earlier: readonly Restrictions[]): Map<string, Constraint> {
  const found = new Map<string, Constraint>();
  for (const one of earlier) {
    if (!('constraints' in one)) continue;
    for (const [name, constraint] of one.constraints) {
      const [then, now] = [one.tensors.get(name), model.tensors.get(name)];
      if (!found.has(name) && then && now && sameBytes(then, now)) found.set(name, constraint);
    }
  }
  return found;
}

/** Finds the weights before a rounding of this run for weights that are on a grid now. */
function shadowsIn(
  model: ModelContent,
  found: ReadonlyMap<string, Constraint>,
  earlier: readonly Restrictions[],
): Map<string, Float32Array> {
  const shadows = new Map<string, Float32Array>();
  for (const one of readGraph(model).layers.flatMap(({ tensors }) => tensors)) {
    const { name } = one.tensor;
    const constraint = found.get(name);
    if (!constraint || constraint.shadow || shadows.has(name)) continue;
    for (const step of earlier) {
      const before = 'behind' in step ? step.behind.get(name) : undefined;
      const shadow = before && withinCells(before, one, constraint);
      if (!shadow) continue;
      shadows.set(name, shadow);
      break;
    }
  }
  return shadows;
}

/** The part of a step by which a weight may be off its value, so that it still rounds to it. */
const WITHIN = 0.499;

/**
 * Returns the weights before a rounding where they round to the values that they have now, and else these values: compensated
 * rounding does not take the nearest one, and training should not take it at the first step. Undefined where there is no
 * grid, or another shape.
 */
function withinCells(
  { data: before, shape }: Tensor,
  one: GraphTensor,
  { form, stored }: Constraint,
): Float32Array | undefined {
  const { data: now } = one.tensor;
  if (shape.join() !== one.tensor.shape.join()) return undefined;
  if (!(before instanceof Float32Array && now instanceof Float32Array)) return undefined;
  const steps = form?.kind === 'levels' ? form.step.values : form ? undefined : stored?.scale && [stored.scale];
  if (!steps) return undefined;
  const channels = kernelChannels(one);
  return now.map((value, i) => {
    const half = WITHIN * steps[steps.length === 1 ? 0 : channelAt(channels, i)]!;
    return Math.abs(before[i]! - value) <= half ? before[i]! : value;
  });
}

/** Makes the mask of the zeros of a tensor; undefined where it has none. */
function maskOf(data: Float32Array): Uint8Array | undefined {
  return data.includes(0) ? Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)) : undefined;
}
