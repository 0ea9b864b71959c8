import { UserError } from '../../../protocol/errors';
import type { Tensor } from '../../checkpoint/types';
import type { LayersModel } from './tfjs-layers';

/** A weight of a running model. */
export type ModelVariable = LayersModel['weights'][number];
/** The variables of a running model, by the names of the tensors from which they were loaded. */
export type Binding = ReadonlyMap<string, ModelVariable>;

/**
 * Matches each variable of a model with exactly one tensor.
 * @param nameOf returns the name that TensorFlow.js gives to the variable of a tensor
 * @throws UserError naming a tensor or variable without a counterpart, or one of another size
 */
export function bind(model: LayersModel, tensors: readonly Tensor[], nameOf: (tensor: Tensor) => string): Binding {
  const byName = new Map(model.weights.map((variable) => [variable.originalName, variable]));
  const binding = new Map<string, ModelVariable>();
  for (const tensor of tensors) {
    const name = nameOf(tensor);
    const variable = byName.get(name);
    if (!variable) throw strayTensor(tensor.name);
    if (variable.shape.join() !== tensor.shape.join()) throw otherShape(tensor, variable.shape);
    byName.delete(name);
    binding.set(tensor.name, variable);
  }
  const [unset] = byName.keys();
  if (unset !== undefined) throw missingWeight(unset);
  if (binding.size !== model.weights.length)
    throw new UserError('Several weights of the model have the same name, so it cannot be evaluated or trained.');
  return binding;
}

export const strayTensor = (name: string): UserError =>
  new UserError(
    `The tensor "${name}" belongs to no layer of the model, so the model cannot be evaluated or trained: convert it again.`,
  );

/** @param slashed true if the name of the layer holds a slash: the converter loses such layers of an HDF5 file */
export const missingWeight = (name: string, slashed = false): UserError =>
  new UserError(
    `No tensor of the checkpoint holds the weight "${name}" of the model, so it cannot be evaluated or trained: ${slashed ? 'the converter leaves out layers of .h5 files whose names hold a slash, so save the model as .keras and convert that.' : 'convert it again.'}`,
  );

function otherShape({ name, shape }: Tensor, wanted: readonly (number | null)[]): UserError {
  const sizes = wanted.map((size) => size ?? 0);
  return new UserError(
    `The tensor "${name}" has the shape [${shape.join(', ')}] but its layer takes [${sizes.join(', ')}], so the model cannot be evaluated or trained: convert it again.`,
  );
}
