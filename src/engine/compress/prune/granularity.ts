import type { Granularity } from '../../../protocol/steps/prune';
import type { GraphTensor } from '../../model/model-graph';

/** Divides the weights of one tensor into groups that are kept or pruned as one. */
export interface Grouping {
  /** Number of groups. */
  readonly count: number;
  /** The group of each weight; null where each weight is a group of its own. */
  readonly groupOf: Uint32Array | null;
}

/** A parsed granularity. */
export type Pattern =
  | { readonly kind: 'element' }
  | { readonly kind: 'kernel' }
  | { readonly kind: 'filter' }
  | { readonly kind: 'block'; readonly inputs: number; readonly outputs: number }
  | { readonly kind: 'n:m'; readonly keep: number; readonly of: number };

/** Parses a granularity; `element` without one. */
export function patternOf(granularity: Granularity = 'element'): Pattern {
  const sizes = granularity.split(/[x:]/).map(Number);
  if (granularity.includes(':')) return { kind: 'n:m', keep: sizes[0]!, of: sizes[1]! };
  if (/^\d/.test(granularity)) return { kind: 'block', inputs: sizes[0]!, outputs: sizes[1]! };
  return { kind: granularity === 'kernel' || granularity === 'filter' ? granularity : 'element' };
}

/** A kernel as window positions by input channels by output channels. Strides count elements. */
export interface KernelAxes {
  readonly places: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly inputStride: number;
  readonly outputStride: number;
}

/** The fields of a tensor of a graph that describe the layout of its weights. */
type Kernel = Pick<GraphTensor, 'tensor' | 'axes' | 'columns'>;

/**
 * Returns the axes of a kernel. Dense kernels have one position. If the channel axes are unknown, the last axis is taken
 * as outputs.
 */
export function kernelAxes({ tensor: { shape }, axes }: Kernel): KernelAxes {
  const [first, second] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const places = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const [input, output] = [axes.find(({ side }) => side === 'inputs'), axes.find(({ side }) => side === 'outputs')];
  return input && output && input.axis > output.axis
    ? { places, inputs: second, outputs: first, inputStride: 1, outputStride: second }
    : { places, inputs: first, outputs: second, inputStride: second, outputStride: 1 };
}

/** Explains why a pattern does not fit a kernel; undefined where it does. */
export function whyNotFitting(pattern: Pattern, kernel: Kernel): string | undefined {
  const { tensor, columns } = kernel;
  if (pattern.kind !== 'element' && columns === 'rearranged')
    return 'its weights are rearranged before use, so its channels are unknown: only single weights can be pruned';
  const { places, inputs } = kernelAxes(kernel);
  if (pattern.kind === 'n:m' && inputs % pattern.of !== 0)
    return `its ${inputs} input channel${inputs === 1 ? '' : 's'} cannot be divided into groups of ${pattern.of}`;
  if (pattern.kind === 'kernel' && (tensor.shape.length < 3 || places === 1))
    return 'it has no windows of more than one weight: kernel granularity is for convolutions';
  if (pattern.kind === 'filter' && columns === 'gates')
    return 'columns of its kernel are not filters or neurons: its gates share them';
  return undefined;
}

/** Groups the weights of a kernel. For N:M, each weight is a group, since the M weights are kept or pruned one by one. */
export function groupingOf(pattern: Pattern, kernel: Kernel): Grouping {
  const { length } = kernel.tensor.data;
  if (pattern.kind === 'element' || pattern.kind === 'n:m') return { count: length, groupOf: null };
  const axes = kernelAxes(kernel);
  const { inputs, outputs } = axes;
  if (pattern.kind === 'filter') return { count: outputs, groupOf: label(axes, length, (_, __, output) => output) };
  if (pattern.kind === 'kernel')
    return { count: inputs * outputs, groupOf: label(axes, length, (_, input, output) => input * outputs + output) };
  const rows = Math.ceil(inputs / pattern.inputs);
  const columns = Math.ceil(outputs / pattern.outputs);
  const blockOf = (place: number, input: number, output: number): number =>
    (place * rows + Math.floor(input / pattern.inputs)) * columns + Math.floor(output / pattern.outputs);
  return { count: axes.places * rows * columns, groupOf: label(axes, length, blockOf) };
}

function label(
  { places, inputs, outputs, inputStride, outputStride }: KernelAxes,
  length: number,
  groupOf: (place: number, input: number, output: number) => number,
): Uint32Array {
  const groups = new Uint32Array(length);
  for (let place = 0; place < places; place++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++)
        groups[place * inputs * outputs + input * inputStride + output * outputStride] = groupOf(place, input, output);
  return groups;
}

/** `nOfM` scores below this mark pruned weights. */
export const N_OF_M_KEPT = 2;

/**
 * Computes scores for N:M: 2 for the `keep` best of each `of` neighboring input channels, 1 for the others, 0 for
 * weights that are already 0. Of equal scores, the later ones are kept, as everywhere in pruning.
 */
export function nOfM(
  scores: Float32Array,
  { keep, of }: { readonly keep: number; readonly of: number },
  { places, inputs, outputs, inputStride, outputStride }: KernelAxes,
): Float32Array {
  const marks = new Float32Array(scores.length).map((_, i) => (scores[i] === 0 ? 0 : N_OF_M_KEPT));
  const group = new Array<number>(of);
  for (let place = 0; place < places; place++)
    for (let output = 0; output < outputs; output++)
      for (let input = 0; input < inputs; input += of) {
        const start = place * inputs * outputs + output * outputStride + input * inputStride;
        for (let i = 0; i < of; i++) group[i] = start + i * inputStride;
        group.sort((a, b) => scores[a]! - scores[b]! || a - b);
        for (let i = 0; i < of - keep; i++) if (marks[group[i]!] !== 0) marks[group[i]!] = 1;
      }
  return marks;
}
