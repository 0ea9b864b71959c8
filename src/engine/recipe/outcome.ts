import { UserError } from '../../protocol/errors';
import type { PrunedLayer } from '../../protocol/measure';
import type { Inspection } from '../../protocol/model';
import { changesModel, type StepResult } from '../../protocol/steps';
import type { Checkpoint, ModelContent, Tensor, TensorData } from '../checkpoint/types';
import { isElsewhere, pairsOf, PIECE, valuesOf } from '../checkpoint/values';
import { figuresOf } from '../measure/inspect';
import type { RunContext } from './run-context';

/**
 * Checks that the checkpoint, read back from its files, holds the results of the steps: every value of every measured
 * tensor, and the figures of the layers after the last step that changed them.
 * @param hashed see `differing`
 * @throws UserError
 */
export function checkOutcome(
  { prepared, state, model, folder }: RunContext,
  checkpoint: Checkpoint,
  { layers, totals }: Pick<Inspection, 'layers' | 'totals'>,
  hashed: boolean,
): void {
  const refuse = (what: string): UserError =>
    new UserError(
      `The run in ${folder.given} is not kept, because its checkpoint is not what was measured (${what}), by an internal error or a failure of the disk: run it again in another folder.`,
    );
  const tensor = differing(model, checkpoint, hashed);
  if (tensor !== undefined) throw refuse(`the tensor "${tensor}"`);
  const last = prepared.recipe.steps.findLastIndex(changesModel);
  const told = state.results[last];
  if (!told) return;
  for (const [i, layer] of reported(told).entries()) {
    const held = layers[i];
    if (held?.name !== layer.name || held.nonzero !== layer.nonzero || held.sparsity !== layer.sparsity)
      throw refuse(`the zeros of the layer "${layer.name}"`);
  }
  const removal = told.step === 'target' ? told.applied : told;
  if ('totals' in removal && removal.totals.after.params !== totals.params) throw refuse('its parameters');
}

/** Returns the reported layers of a model, with the zeros that it has now. */
export function counted(layers: readonly PrunedLayer[], model: ModelContent): PrunedLayer[] {
  const held = figuresOf(model).layers;
  return layers.map((layer, i) => {
    const { name, nonzero, sparsity } = held[i] ?? {};
    if (name !== layer.name || nonzero === undefined || sparsity === undefined)
      throw new Error(`the model has no layer "${layer.name}" where it was`);
    return { ...layer, nonzero, sparsity };
  });
}

/** Returns the layers whose zeros a step reported. */
function reported(result: StepResult): readonly PrunedLayer[] {
  if (result.step === 'target') return reported(result.applied);
  if (result.step === 'prune') return result.layers;
  return result.step === 'train' || result.step === 'finetune' ? (result.layers ?? []) : [];
}

/**
 * Returns the name of the first tensor with different bits; slots of an optimizer do not count.
 * @param hashed true where the joined bytes of both have the same hash: values that are in no memory are then the same
 * where they lie at the same places, and only their beginnings are compared
 */
export function differing(
  one: Pick<ModelContent, 'tensors'>,
  other: Pick<ModelContent, 'tensors'>,
  hashed = false,
): string | undefined {
  const placed = hashed && liesAlike([...one.tensors.values()], [...other.tensors.values()]);
  const weights = ({ tensors }: Pick<ModelContent, 'tensors'>): Tensor[] =>
    [...tensors.values()].filter(({ group }) => group !== 'optimizer');
  const [ours, theirs] = [weights(one), weights(other)];
  const strange = ours.find((tensor) => {
    const found = other.tensors.get(tensor.name);
    if (!found) return true;
    return placed && isElsewhere(tensor) && isElsewhere(found)
      ? !sameBeginning(tensor, found)
      : !sameBytes(tensor, found);
  });
  if (strange) return strange.name;
  return theirs.find(({ name }) => !one.tensors.has(name))?.name;
}

/** Returns true where two lists of tensors lie at the same places of their joined bytes, as they are stored. */
const liesAlike = (ours: readonly Tensor[], theirs: readonly Tensor[]): boolean =>
  ours.length === theirs.length &&
  ours.every((one, i) => {
    const other = theirs[i]!;
    const described = ({ name, dtype, shape }: Tensor): string => JSON.stringify([name, dtype, shape]);
    // Strings have lengths of their own, and what is quantized is stored in other numbers.
    const plain = !one.quantization && !other.quantization && one.dtype !== 'string';
    return plain && described(one) === described(other);
  });

function sameBeginning(one: Tensor, other: Tensor): boolean {
  const length = Math.min(PIECE, valuesOf(one).length);
  return bytesOf(valuesOf(one).range(0, length)).equals(bytesOf(valuesOf(other).range(0, length)));
}

/** Returns true for two tensors of the same shape and the same bytes. */
export function sameBytes(one: Tensor, other: Tensor): boolean {
  if (one.shape.join() !== other.shape.join() || valuesOf(one).length !== valuesOf(other).length) return false;
  for (const [a, b] of pairsOf(one, other)) if (!bytesOf(a).equals(bytesOf(b))) return false;
  return true;
}

const bytesOf = (data: TensorData): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
