import { UserError } from '../../../protocol/errors';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { firstValues } from './first-values';
import { matchWeights } from './weights/match';

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
  const values = await firstValues(content, seed);
  const tensors = values.map(({ slot: { name }, shape, data }): [string, Tensor] => [
    name,
    { name, shape, dtype: 'float32', data },
  ]);
  const made = new Map(tensors);
  if (made.size < values.length)
    throw new UserError(
      `The architecture has ${values.length} weights, of which only ${made.size} have names of their own: give its layers other names.`,
    );
  return { ...content, tensors: made };
}

/**
 * Copies a model with new random weights, as the initializers of its layers say. Tensors keep their names and order,
 * and get the shapes that the description asks for. Slots of an optimizer are left out.
 * @param keeps tells by name which tensors stay as they are
 * @throws UserError where TensorFlow.js cannot build the model, or a tensor belongs to no layer
 */
export async function redrawn<M extends ModelContent>(
  model: M,
  seed: number,
  keeps: (name: string) => boolean,
): Promise<M> {
  const values = await firstValues(model, seed);
  const weights = [...model.tensors.values()].filter(({ group }) => group !== 'optimizer');
  const { byTensor } = matchWeights(
    values.map(({ slot }) => slot),
    weights.map(({ name }) => name),
  );
  const bySlot = new Map(values.map((one) => [one.slot, one]));
  const tensors = weights.map((tensor): [string, Tensor] => {
    if (keeps(tensor.name)) return [tensor.name, tensor];
    const slot = byTensor.get(tensor.name);
    const first = slot && bySlot.get(slot);
    if (!first)
      throw new UserError(
        `The tensor "${tensor.name}" belongs to no layer that could begin anew, so the model cannot be a student with random weights: convert it again.`,
      );
    const { name, extra, weight } = tensor;
    // A grid or a smaller type was for the values before.
    const kept = { ...(extra ? { extra } : {}), ...(weight === undefined ? {} : { weight }) };
    return [name, { name, shape: first.shape, dtype: 'float32', data: first.data, ...kept }];
  });
  return { ...model, tensors: new Map(tensors) };
}
