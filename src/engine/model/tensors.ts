import { UserError } from '../../protocol/errors';
import type { ModelContent, Tensor } from '../checkpoint/types';

/** Lists the tensors of a model that are weights. */
export function modelTensors(model: ModelContent): Tensor[] {
  return [...model.tensors.values()].filter((tensor) => tensor.group !== 'optimizer');
}

/**
 * Refuses weights that are NaN or infinite.
 * @param purpose the use of the model that is then impossible: "pruned", "evaluated"
 * @throws UserError naming the first such tensor
 */
export function requireFinite(tensors: Iterable<Tensor>, purpose: string): void {
  for (const { name, data } of tensors) {
    if (!(data instanceof Float32Array)) continue;
    const strange = data.findIndex((value) => !Number.isFinite(value));
    if (strange >= 0) {
      throw new UserError(
        `The tensor "${name}" holds ${Number.isNaN(data[strange]) ? 'NaN' : 'infinite'} weights, so the model cannot be ${purpose}: use a checkpoint from before the training diverged.`,
      );
    }
  }
}
