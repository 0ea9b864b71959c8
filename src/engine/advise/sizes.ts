import { withoutHistory } from '../checkpoint/provenance';
import { tensorBytes } from '../checkpoint/tensor-bytes';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { measuredInThread } from '../compress/pack/in-thread';
import { withSmallWeights } from '../compress/pack/small-weights';
import { idealOf } from '../measure/ideal-bits';
import { figuresOf } from '../measure/inspect';
import type { PackStep } from '../../protocol/steps/pack';
import type { AdvisedRecipe, LayerSaving } from '../../protocol/advice';

/** Larger models are not packed, because that would take too long: 64 MiB of weights. */
const PACKED_MOST = 64 * 1024 * 1024;

const weightsOf = ({ tensors }: ModelContent): Tensor[] =>
  [...tensors.values()].filter(({ group }) => group !== 'optimizer');

const sum = (tensors: readonly Tensor[], of: (tensor: Tensor) => number): number =>
  tensors.reduce((all, tensor) => all + of(tensor), 0);

/**
 * Returns the bytes of a model in one packed file: of a real one, or what its weights take at best where the model is large.
 * @throws CancelledError
 */
export async function packedBytes(
  model: ModelContent,
  { smallWeights, history }: Pick<PackStep, 'smallWeights' | 'history'>,
  signal: AbortSignal,
): Promise<AdvisedRecipe['packedBytes']> {
  const { model: small } = withSmallWeights(history === 'keep' ? model : withoutHistory(model), smallWeights);
  if (sum(weightsOf(small), tensorBytes) > PACKED_MOST) return { value: idealBytes(small), measured: false };
  return { value: (await measuredInThread(small, signal)).bytes, measured: true };
}

/** Returns the bytes of the weights at best. */
export const idealBytes = (model: ModelContent): number =>
  Math.ceil(sum(weightsOf(model), (tensor) => idealOf(tensor).bits) / 8);

/** Returns what a smaller model saves. @param inputShape see `closeInputs` */
export function savedBy(
  model: ModelContent,
  smaller: ModelContent,
  inputShape?: readonly number[],
): NonNullable<LayerSaving['saves']> {
  const [before, after] = [figuresOf(model, inputShape).totals, figuresOf(smaller, inputShape).totals];
  const bits = (of: ModelContent, other: ModelContent): number =>
    sum(
      weightsOf(of).filter((tensor) => other.tensors.get(tensor.name) !== tensor),
      (tensor) => idealOf(tensor).bits,
    );
  return {
    bytes: Math.round((bits(model, smaller) - bits(smaller, model)) / 8),
    params: before.params - after.params,
    macs: (before.macs ?? 0) - (after.macs ?? 0),
  };
}
