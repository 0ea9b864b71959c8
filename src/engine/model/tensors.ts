import { UserError } from '../../protocol/errors';
import { surveyOf } from '../checkpoint/survey';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { isElsewhere } from '../checkpoint/values';

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
  for (const tensor of tensors) {
    const strange = strangeIn(tensor);
    if (strange !== undefined) {
      throw new UserError(
        `The tensor "${tensor.name}" holds ${strange} weights, so the model cannot be ${purpose}: use a checkpoint from before the training diverged.`,
      );
    }
  }
}

/** Says which weights of a tensor are not finite; undefined where all are. */
function strangeIn(tensor: Tensor): 'NaN' | 'infinite' | undefined {
  if (isElsewhere(tensor)) {
    const { nan = 0, infinite = 0 } = surveyOf(tensor).floats ?? {};
    return nan > 0 ? 'NaN' : infinite > 0 ? 'infinite' : undefined;
  }
  const { data } = tensor;
  if (!(data instanceof Float32Array)) return undefined;
  const strange = data.find((value) => !Number.isFinite(value));
  return strange === undefined ? undefined : Number.isNaN(strange) ? 'NaN' : 'infinite';
}
