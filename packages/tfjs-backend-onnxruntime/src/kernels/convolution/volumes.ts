import { sameShape, sizeOf } from '../../graph/native-types';
import type { Window } from '../../graph/operations';
import { tf } from '../../tf';
import { LINEAR } from '../activations';
import { composed } from '../composed';
import { areFloat, kernel, type KernelContext, type Kernels, type NativeTensorInfo } from '../kernel';
import { recordSlice } from '../shapes';

type Steps = [number, number, number] | number;
interface VolumeAttributes {
  readonly strides: Steps;
  readonly pad: 'valid' | 'same';
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
  readonly dilations?: Steps;
}

/** A convolution of volumes as one convolution of images for each tap along the depth. */
interface Slices {
  readonly info: tf.backend_util.Conv3DInfo;
  readonly window: Window;
  /** Images that a tap reads, `[n * outDepth, height, width, channels]`. */
  readonly images: readonly [number, number, number, number];
  /** Shape of the results of a tap. */
  readonly results: readonly [number, number, number, number];
  /** Shape of the filter of one tap. */
  readonly filter: readonly [number, number, number, number];
}

function describe(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat = 'NDHWC', dilations = 1 }: VolumeAttributes,
): Slices | undefined {
  if (dataFormat !== 'NDHWC') return undefined;
  const info = tf.backend_util.computeConv3DInfo(
    inputShape as [number, number, number, number, number],
    filterShape as [number, number, number, number, number],
    strides,
    dilations,
    pad,
  );
  if (sizeOf(info.outShape) === 0 || info.inChannels !== filterShape[3]) return undefined;
  const { padInfo } = info;
  const count = info.batchSize * info.outDepth;
  return {
    info,
    window: {
      kernel: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
    },
    images: [count, info.inHeight, info.inWidth, info.inChannels],
    results: [count, info.outHeight, info.outWidth, info.outChannels],
    filter: [info.filterHeight, info.filterWidth, info.inChannels, info.outChannels],
  };
}

/** Groups the padded depth by the stride: `groups` groups. Tap `k` begins in group `from[k]` at index `rest[k]`. */
function depthGroups({
  filterDepth,
  dilationDepth,
  strideDepth,
  outDepth,
  inDepth,
  padInfo,
}: tf.backend_util.Conv3DInfo) {
  const starts = Array.from({ length: filterDepth }, (_, tap) => tap * dilationDepth);
  const end = starts.at(-1)! + (outDepth - 1) * strideDepth + 1;
  const groups = Math.ceil(Math.max(end, padInfo.front + inDepth) / strideDepth);
  return {
    groups,
    from: starts.map((start) => Math.floor(start / strideDepth)),
    rest: starts.map((start) => start % strideDepth),
    behind: groups * strideDepth - padInfo.front - inDepth,
  };
}

const seenAs = (x: tf.TensorInfo, shape: number[]): NativeTensorInfo => ({ ...x, shape, dtype: 'float32' });

/** Slices the images that each tap reads. */
function imagesOf(steps: KernelContext, x: tf.TensorInfo, { info, images }: Slices): tf.TensorInfo[] {
  const { groups, from, rest, behind } = depthGroups(info);
  const { batchSize, inDepth, strideDepth, outDepth, padInfo } = info;
  const size = sizeOf(images.slice(1));
  const flat = { ...x, shape: [batchSize, inDepth, size] };
  const paddings = [[0, 0], [padInfo.front, behind], [0, 0]] as const; // prettier-ignore
  const isPadded = padInfo.front > 0 || behind > 0;
  const depth = groups * strideDepth;
  const operation = { kind: 'Pad', attributes: { paddings, value: 0 } } as const;
  const padded = isPadded ? steps.record(operation, [flat], [batchSize, depth, size], 'float32') : flat;
  const grouped = seenAs(padded, [batchSize, groups, strideDepth, size]);
  return from.map((start, tap) => {
    const part = recordSlice(steps, grouped, [0, start, rest[tap]!, 0], [batchSize, outDepth, 1, size]);
    return { ...part, shape: [...images] };
  });
}

/** Slices the filter of each tap. */
function filtersOf(steps: KernelContext, filter: tf.TensorInfo, { info, filter: shape }: Slices): tf.TensorInfo[] {
  const rows = seenAs(filter, [info.filterDepth, sizeOf(shape)]);
  return Array.from({ length: info.filterDepth }, (_, tap) => ({
    ...recordSlice(steps, rows, [tap, 0], [1, sizeOf(shape)]),
    shape: [...shape],
  }));
}

const sumOf = (steps: KernelContext, terms: readonly tf.TensorInfo[]): tf.TensorInfo =>
  terms.length === 1
    ? terms[0]!
    : steps.record({ kind: 'AddN', attributes: {} }, terms, [...terms[0]!.shape], 'float32');

interface Inputs {
  readonly x: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
}
const convolution = kernel<Inputs, VolumeAttributes>(({ x, filter }, attributes, context) => {
  if (!areFloat(x, filter)) return undefined;
  const slices = describe(x.shape, filter.shape, attributes);
  if (slices === undefined) return undefined;
  const { window, results, info } = slices;
  return composed(context, (steps) => {
    const filters = filtersOf(steps, filter, slices);
    const terms = imagesOf(steps, x, slices).map((images, tap) => {
      const operation = { kind: 'Conv2D', attributes: { window, activation: LINEAR } } as const;
      return steps.record(operation, [images, filters[tap]!], [...results], 'float32');
    });
    return steps.alias(sumOf(steps, terms), info.outShape);
  });
});

interface InputGradientInputs {
  readonly dy: tf.TensorInfo;
  readonly filter: tf.TensorInfo;
}
const inputGradient = kernel<InputGradientInputs, VolumeAttributes & { inputShape: number[] }>(
  ({ dy, filter }, attributes, context) => {
    if (!areFloat(dy, filter)) return undefined;
    const slices = describe(attributes.inputShape, filter.shape, attributes);
    if (slices === undefined || !sameShape(slices.info.outShape, dy.shape)) return undefined;
    const { window, results, images, info } = slices;
    const { batchSize, outDepth, strideDepth, inDepth, padInfo } = info;
    return composed(context, (steps) => {
      const { groups, from, rest } = depthGroups(info);
      const size = sizeOf(images.slice(1));
      const terms = filtersOf(steps, filter, slices).map((taps, tap) => {
        const seen = { ...dy, shape: [...results] };
        const operation = { kind: 'Conv2DInputGradient', attributes: { window } } as const;
        const part = steps.record(operation, [seen, taps], [...images], 'float32');
        const [start, offset] = [from[tap]!, rest[tap]!];
        const paddings = [
          [0, 0],
          [start, groups - start - outDepth],
          [offset, strideDepth - 1 - offset],
          [0, 0],
        ] as const;
        const grouped = { ...part, shape: [batchSize, outDepth, 1, size] };
        const shape = [batchSize, groups, strideDepth, size];
        return steps.record({ kind: 'Pad', attributes: { paddings, value: 0 } }, [grouped], shape, 'float32');
      });
      const whole = seenAs(sumOf(steps, terms), [batchSize, groups * strideDepth, size]);
      const inner = recordSlice(steps, whole, [0, padInfo.front, 0], [batchSize, inDepth, size]);
      return steps.alias(inner, attributes.inputShape);
    });
  },
);

interface FilterGradientInputs {
  readonly x: tf.TensorInfo;
  readonly dy: tf.TensorInfo;
}
const filterGradient = kernel<FilterGradientInputs, VolumeAttributes & { filterShape: number[] }>(
  ({ x, dy }, attributes, context) => {
    if (!areFloat(x, dy)) return undefined;
    const slices = describe(x.shape, attributes.filterShape, attributes);
    if (slices === undefined || !sameShape(slices.info.outShape, dy.shape)) return undefined;
    const { window, results, filter } = slices;
    return composed(context, (steps) => {
      const gradients = imagesOf(steps, x, slices).map((images) => {
        const seen = { ...dy, shape: [...results] };
        const operation = { kind: 'Conv2DFilterGradient', attributes: { window } } as const;
        const taps = steps.record(operation, [images, seen], [...filter], 'float32');
        return { ...taps, shape: [1, sizeOf(filter)] };
      });
      const shape = [gradients.length, sizeOf(filter)];
      const joined =
        gradients.length === 1
          ? gradients[0]!
          : steps.record({ kind: 'Concat', attributes: { axis: 0 } }, gradients, shape, 'float32');
      return steps.alias(joined, attributes.filterShape);
    });
  },
);

/** Convolutions of volumes and their gradients. */
export const volumeKernels: Kernels = new Map([
  ['Conv3D', convolution],
  ['Conv3DBackpropInputV2', inputGradient],
  ['Conv3DBackpropFilterV2', filterGradient],
]);
