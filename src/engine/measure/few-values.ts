import type { Quantization } from '../../protocol/checkpoint';
import type { Tensor } from '../checkpoint/types';
import { entropyBits } from '../entropy';
import { channelAt, kernelChannels } from '../model/kernel-channels';
import type { GraphTensor } from '../model/model-graph';
import type { Form } from '../train/constraints/constraint';
import { constraintOf } from '../train/constraints/recognize';

/** The values of a kernel that has few of them under each scale. */
export interface FewValues {
  /** Different values in units of their scale, 0 included. */
  readonly values: number;
  /** Entropy of the value of a weight, in bits. */
  readonly entropy: number;
}

const known = new WeakMap<Tensor, FewValues | 'many'>();

/** Counts the values of a kernel; undefined where it has many. Tensors are never changed in place, so each is counted once. */
export function fewValuesOf(one: GraphTensor): FewValues | undefined {
  let found = known.get(one.tensor);
  if (!found) known.set(one.tensor, (found = compute(one) ?? 'many'));
  return found === 'many' ? undefined : found;
}

function compute(one: GraphTensor): FewValues | undefined {
  const { quantization } = one.tensor;
  const constraint = one.kernel ? constraintOf(one) : undefined;
  const stored = constraint?.stored?.dtype === 'uint8' ? quantization : undefined;
  if (!(constraint?.form ?? stored)) return undefined;
  const { data } = one.tensor;
  if (!(data instanceof Float32Array) || data.length === 0) return undefined;
  const channels = kernelChannels(one);
  const place = placeOf(constraint?.form, stored);
  const times = new Uint32Array(PLACES);
  for (let i = 0; i < data.length; i++) times[place(data[i]!, channelAt(channels, i), i)]!++;
  const counts = times.filter((count) => count > 0);
  return { values: counts.length, entropy: entropyBits(counts) / data.length };
}

/** Values are counted in so many places: 255 steps on each side of 0, 256 values of a codebook and 0, or 8 bits. */
const PLACES = 512;
const ZERO = 256;

/** Returns the place of a weight among the values of a kernel, in units of its scale. */
function placeOf(
  form: Form | undefined,
  stored: Quantization | undefined,
): (value: number, channel: number, index: number) => number {
  switch (form?.kind) {
    case 'binary':
    case 'ternary':
      return (value) => ZERO + Math.sign(value);
    case 'levels': {
      const { values } = form.step;
      return (value, channel) => ZERO + Math.round(value / values[values.length === 1 ? 0 : channel]!);
    }
    case 'codebook':
      return (value, _, index) => (value === 0 ? ZERO : form.assignments[index]!);
    case undefined: {
      const { min = 0, scale = 1 } = stored ?? {};
      return (value) => Math.round((value - min) / scale);
    }
  }
}
