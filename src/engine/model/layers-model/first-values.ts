import { UserError } from '../../../protocol/errors';
import { tf } from '../../tf';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { disposeModel } from './dispose-model';
import { initialWeight } from './initial-weights';
import { build } from './load';
import { loadPlan } from './load-plan';
import { slotsOf, type Slot } from './weights/slots';

/** Seeds that belong to one seed of a network. */
const SEEDS = 4096;

/** The first values of a weight. */
export interface FirstValues extends Pick<Tensor, 'shape'> {
  readonly slot: Slot;
  readonly data: Float32Array;
}

/**
 * Draws the first values of all weights of a network, in the order of its description, as its initializers say.
 * @param content its tensors do not count
 * @param seed 0 or more; the same seed gives the same weights
 * @throws UserError where TensorFlow.js cannot build the network, or a weight has no rule to begin with
 */
export async function firstValues(content: ModelContent, seed: number): Promise<FirstValues[]> {
  const plan = loadPlan(content);
  if (typeof plan === 'string') throw new UserError(plan);
  const running = await build(plan);
  try {
    const variables = new Map(running.weights.map((variable) => [variable.originalName, variable]));
    const values: FirstValues[] = [];
    for (const node of plan.topology.nodes)
      for (const slot of slotsOf(node)) {
        const variable = variables.get(plan.variableOf(slot));
        if (!variable)
          throw new UserError(`The weight "${slot.name}" of the architecture belongs to no layer: save it again.`);
        const shape = variable.shape.map((size) => size ?? 1);
        const drawn = tf.tidy(() =>
          (
            initialWeight(slot, node.config, shape, seed * SEEDS + values.length + 1) ?? variable.read()
          ).dataSync<'float32'>(),
        );
        values.push({ slot, shape, data: Float32Array.from(drawn) });
      }
    if (values.length < running.weights.length)
      throw new UserError(
        `The architecture has ${running.weights.length} weights, of which only ${values.length} are known to begin with: train it elsewhere first.`,
      );
    return values;
  } finally {
    disposeModel(running);
  }
}
