import { count, plural } from '../../protocol/format';
import type { Quantization } from '../../protocol/checkpoint';
import { quantizeExactly } from './requantize';
import type { ModelContent, Tensor } from './types';

const tensorsOf = ({ tensors }: ModelContent): Tensor[] =>
  [...tensors.values()].filter(({ group }) => group !== 'optimizer');
/** Formats a number with few digits. */
const few = (value: number): string => String(Number(value.toPrecision(2)));

/** Bytes that a quantized tensor gains when it is stored as float32 or int32. */
function growth({ data, quantization }: Tensor): number {
  return quantization ? data.length * (4 - (quantization.dtype === 'uint8' ? 1 : 2)) : 0;
}

/**
 * Reports side effects of storing a model: quantized tensors on another grid, or no longer quantized.
 * @param before the model that it came from
 * @returns a sentence for each kind, or none
 */
export function storageNotes(before: ModelContent, after: ModelContent): string[] {
  const [moved, grown]: [number[], Tensor[]] = [[], []];
  for (const tensor of tensorsOf(after)) {
    const { quantization } = tensor;
    const old = before.tensors.get(tensor.name);
    if (!quantization) {
      if (old?.quantization) grown.push({ ...tensor, quantization: old.quantization });
    } else if (!quantizeExactly(tensor.data, quantization)) grown.push(tensor);
    else if (old?.quantization?.dtype === quantization.dtype && isMoved(old.quantization, quantization))
      moved.push(old.data.length === tensor.data.length ? largestChange(old, tensor) : 0);
  }
  const notes: string[] = [];
  // A grid that missed 0 by rounding alone moves without a change of weights.
  const largest = Math.max(0, ...moved);
  if (largest > 0)
    notes.push(
      `The grid of ${plural(moved.filter((change) => change > 0).length, 'quantized tensor')} had no exact 0 and was moved so that it has: weights that are kept there changed by up to ${few(largest)}.`,
    );
  if (grown.length > 0)
    notes.push(
      `The weights of ${plural(grown.length, 'quantized tensor')} are no longer on their grid, so they are stored in full: ${count(grown.reduce((sum, one) => sum + growth(one), 0))} bytes more.`,
    );
  return notes;
}

const isMoved = (one: Quantization, other: Quantization): boolean => one.min !== other.min || one.scale !== other.scale;

function largestChange({ data: old }: Tensor, { data }: Tensor): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) largest = Math.max(largest, Math.abs(data[i]! - old[i]!));
  return largest;
}

/**
 * Warns of quantized weights that leave their grid; undefined for models without.
 * @param leaves true for the name of a tensor whose values change freely
 */
export function leavingNote(model: ModelContent, leaves: (name: string) => boolean): string | undefined {
  const quantized = tensorsOf(model).filter(
    ({ name, quantization, dtype }) => quantization && dtype === 'float32' && leaves(name),
  );
  if (quantized.length === 0) return undefined;
  const more = count(quantized.reduce((sum, one) => sum + growth(one), 0));
  return `${plural(quantized.length, 'quantized tensor')} of the checkpoint may leave the grid and ${quantized.length === 1 ? 'is' : 'are'} then stored in full: the files grow by up to ${more} bytes.`;
}

/** Reports parts of a checkpoint that are not carried over; undefined where everything is. */
export function optimizerNote(model: ModelContent): string | undefined {
  const slots = [...model.tensors.values()].filter(({ group }) => group === 'optimizer').length;
  if (slots === 0) return undefined;
  const { described = {}, modelTopology } = model;
  const configured = Object.hasOwn(described, 'trainingConfig') || Object.hasOwn(modelTopology, 'training_config');
  return `The state of the optimizer (${plural(slots, 'tensor')}) is left out, because it belongs to weights that are no more${configured ? '; trainingConfig is kept' : ''}.`;
}
