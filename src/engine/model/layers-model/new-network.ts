import { UserError } from '../../../protocol/errors';
import { tf } from '../../tf';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { initialWeight } from './initial-weights';
import { build } from './load';
import { loadPlan } from './load-plan';
import { slotsOf } from './weights/slots';

/** Seeds that belong to one seed of a network. */
const SEEDS = 4096;

/**
 * Makes a network with random weights from its description alone.
 * @param modelTopology as Keras or TensorFlow.js writes it
 * @param seed 0 or more; the same seed gives the same weights
 * @throws UserError where TensorFlow.js cannot build it
 */
export async function newNetwork(
  modelTopology: Readonly<Record<string, unknown>>,
  seed: number,
): Promise<ModelContent> {
  const content: ModelContent = { modelTopology, tensors: new Map(), format: 'layers-model' };
  const plan = loadPlan(content);
  if (typeof plan === 'string') throw new UserError(plan);
  const running = await build(plan);
  try {
    const variables = new Map(running.weights.map((variable) => [variable.originalName, variable]));
    const tensors = new Map<string, Tensor>();
    for (const node of plan.topology.nodes)
      for (const slot of slotsOf(node)) {
        const variable = variables.get(plan.variableOf(slot));
        if (!variable)
          throw new UserError(`The weight "${slot.name}" of the architecture belongs to no layer: save it again.`);
        const shape = variable.shape.map((size) => size ?? 1);
        const values = tf.tidy(() =>
          (
            initialWeight(slot, node.config, shape, seed * SEEDS + tensors.size + 1) ?? variable.read()
          ).dataSync<'float32'>(),
        );
        tensors.set(slot.name, { name: slot.name, shape, dtype: 'float32', data: Float32Array.from(values) });
      }
    if (tensors.size < running.weights.length)
      throw new UserError(
        `The architecture has ${running.weights.length} weights, of which only ${tensors.size} are known to begin with: train it elsewhere first.`,
      );
    return { ...content, tensors };
  } finally {
    running.dispose();
  }
}
