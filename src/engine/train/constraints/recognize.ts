import type { Quantization } from '../../../protocol/checkpoint';
import { plural } from '../../../protocol/format';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { isElsewhere } from '../../checkpoint/values';
import { readGraph } from '../../model/graph';
import { channelAt, kernelChannels, type KernelChannels } from '../../model/kernel-channels';
import type { GraphTensor } from '../../model/model-graph';
import type { Binary, Constraint, Form, Ternary } from './constraint';
import { codebookOf, distinctValues } from './distinct';
import { hasMany } from './many-values';
import { levelsOf } from './steps';

/** A tensor whose values say that it has a constraint. */
export interface Recognized {
  readonly name: string;
  readonly constraint: Constraint;
}

/** Most values of a codebook. */
export const MOST_VALUES = 256;
/** Among the numbers of 8 bits, more values than this are no sign of a codebook. */
const MOST_OF_8_BITS = 32;
/** Weights for each value that rule out chance. */
const REPEATED = 4;

/**
 * Finds the tensors of a model with a constraint, from their values and from the numbers in which they are stored. A kernel
 * with the zeros of a pruning has a mask beside it.
 */
export function recognized(model: ModelContent): Recognized[] {
  const found = new Map<string, Constraint>();
  for (const one of readGraph(model).layers.flatMap(({ tensors }) => tensors)) {
    const constraint = found.has(one.tensor.name) ? undefined : constraintOf(one);
    if (constraint) found.set(one.tensor.name, constraint);
  }
  return [...found].map(([name, constraint]) => ({ name, constraint }));
}

/** Finds the constraint of one tensor; undefined where it has none. */
export function constraintOf({ tensor, kernel, role, axes }: GraphTensor): Constraint | undefined {
  if (tensor.dtype !== 'float32') return undefined;
  const stored = storedIn(tensor);
  const form = kernel ? formIn(tensor, kernelChannels({ tensor, role, axes }), stored) : undefined;
  return form || stored ? { ...(form ? { form } : {}), ...(stored ? { stored } : {}) } : undefined;
}

/** Returns the stored numbers of a tensor if training can round to them. */
function storedIn({ quantization }: Tensor): Quantization | undefined {
  if (!quantization || quantization.dtype === 'float16') return quantization;
  const { min = 0, scale = 1 } = quantization;
  return scale > 0 && Number.isFinite(min + scale) ? quantization : undefined;
}

function formIn(tensor: Tensor, channels: KernelChannels, stored: Quantization | undefined): Form | undefined {
  // Values that are elsewhere are not all read only to see that they are many.
  if (isElsewhere(tensor) && hasMany(tensor, channels)) return undefined;
  return tensor.data instanceof Float32Array ? formOf(tensor.data, channels, stored) : undefined;
}

function formOf(data: Float32Array, channels: KernelChannels, stored: Quantization | undefined): Form | undefined {
  const signs = signsOf(data, channels);
  if (signs) return signs;
  const levels = stored ? undefined : levelsOf(data, channels);
  if (levels) return levels;
  const distinct = distinctValues(data, stored?.dtype === 'uint8' ? MOST_OF_8_BITS : MOST_VALUES);
  if (!distinct || distinct.length < 2) return undefined;
  let nonzero = 0;
  for (const value of data) if (value !== 0) nonzero++;
  if (nonzero < REPEATED * distinct.length || distinct.some((value) => !Number.isFinite(value))) return undefined;
  return codebookOf(data, distinct);
}

/**
 * Recognizes weights of which each channel has one value above 0 and one below, of one size or of two. Zeros belong to the
 * mask.
 */
function signsOf(data: Float32Array, channels: KernelChannels): Binary | Ternary | undefined {
  const { count, over, shape } = channels;
  const [above, below] = [new Float32Array(count), new Float32Array(count)];
  let [nonzero, values, isEven] = [0, 0, true];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value === 0) continue;
    nonzero++;
    const channel = channelAt(channels, i);
    const side = value > 0 ? above : below;
    if (side[channel] === 0) {
      side[channel] = value;
      values++;
    } else if (side[channel] !== value) return undefined;
  }
  const [first, second] = [above.find(Boolean), below.find(Boolean)];
  if (first === undefined || second === undefined) return undefined;
  const isOne = isConstant(above) && isConstant(below);
  for (let i = 0; i < count; i++) isEven &&= above[i] === 0 || below[i] === 0 || above[i] === -below[i]!;
  // Channels of one side alone may have any size, but not where all have the same.
  if (isOne && first !== -second) isEven = false;
  const sizes = isEven ? above.filter((value, i) => value !== 0 || below[i] !== 0).length : values;
  if (nonzero < REPEATED * sizes) return undefined;
  const axes = isOne ? [...shape.keys()] : over;
  return isEven ? { kind: 'binary', over: axes } : { kind: 'ternary', over: axes, trainedScales: true };
}

/** True where all values other than 0 are the same. */
function isConstant(values: Float32Array): boolean {
  const first = values.find((value) => value !== 0);
  return values.every((value) => value === 0 || value === first);
}

/** Says in a few words what a constraint allows: `16 values`. */
export function constraintWords({ form, stored }: Constraint): string {
  const words = [...(form ? [formWords(form)] : []), ...(stored ? [`stored as ${stored.dtype}`] : [])];
  return words.join(', ');
}

function formWords(form: Form): string {
  switch (form.kind) {
    case 'codebook':
      return plural(form.values.length, 'value');
    case 'levels': {
      const { least, most } = form;
      const width = least.values.reduce((largest, low, i) => Math.max(largest, most.values[i]! - low + 1), 0);
      return `a grid of ${width} values`;
    }
    case 'ternary':
      return form.trainedScales ? 'a value above 0 and one below' : 'two values of one size, and 0';
    case 'binary':
      return 'two values of one size';
  }
}
