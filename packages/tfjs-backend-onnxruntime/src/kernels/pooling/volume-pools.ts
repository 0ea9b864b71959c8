import { sizeOf } from '../../graph/native-types';
import type { Window } from '../../graph/operations';
import { tf } from '../../tf';
import { composed } from '../composed';
import { areFloat, type Kernel, kernel, type KernelContext, type Kernels, type OneInput } from '../kernel';
import { slidesBackwards } from '../windows';

interface PoolAttributes {
  readonly filterSize: [number, number, number] | number;
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
}

/** A pool of volumes as a pool over height and width, then one over depth: maxima of maxima, or means of means. */
interface TwoPools {
  readonly outShape: number[];
  readonly flat: Pool;
  readonly deep: Pool;
}
interface Pool {
  readonly window: Window;
  readonly from: number[];
  readonly to: number[];
}

function describe(shape: readonly number[], attributes: PoolAttributes): TwoPools | undefined {
  const { filterSize, strides, pad, dimRoundingMode, dataFormat = 'NDHWC' } = attributes;
  if (dataFormat !== 'NDHWC') return undefined;
  const volume = shape as [number, number, number, number, number];
  const info = tf.backend_util.computePool3DInfo(volume, filterSize, strides, 1, pad, dimRoundingMode);
  const { padInfo, batchSize: n, inDepth, inHeight, inWidth, inChannels: c, outDepth, outHeight, outWidth } = info;
  const roundsDown = [
    [inDepth + padInfo.front + padInfo.back, info.filterDepth, info.strideDepth, outDepth] as const,
    [inHeight + padInfo.top + padInfo.bottom, info.filterHeight, info.strideHeight, outHeight] as const,
    [inWidth + padInfo.left + padInfo.right, info.filterWidth, info.strideWidth, outWidth] as const,
  ].every(([length, window, stride, out]) => out === Math.floor((length - window) / stride) + 1);
  if (!roundsDown || sizeOf(info.outShape) === 0) return undefined;
  return {
    outShape: info.outShape,
    flat: {
      window: {
        kernel: [info.filterHeight, info.filterWidth],
        strides: [info.strideHeight, info.strideWidth],
        dilations: [1, 1],
        pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
      },
      from: [n * inDepth, inHeight, inWidth, c],
      to: [n * inDepth, outHeight, outWidth, c],
    },
    deep: {
      window: {
        kernel: [info.filterDepth, 1],
        strides: [info.strideDepth, 1],
        dilations: [1, 1],
        pads: [padInfo.front, 0, padInfo.back, 0],
      },
      from: [n, inDepth, outHeight * outWidth, c],
      to: [n, outDepth, outHeight * outWidth, c],
    },
  };
}

type PoolKind = 'MaxPool' | 'AveragePool';

const record = (steps: KernelContext, kind: PoolKind, x: tf.TensorInfo, { window, from, to }: Pool): tf.TensorInfo =>
  steps.record({ kind, attributes: { window } }, [{ ...x, shape: from }], to, 'float32');

function pool(kind: PoolKind): Kernel {
  return kernel<OneInput, PoolAttributes>(({ x }, attributes, context) => {
    const pools = areFloat(x) ? describe(x.shape, attributes) : undefined;
    // ONNX Runtime refuses pads as wide as the window.
    if (pools === undefined || !slideBackwards(pools)) return undefined;
    return composed(context, (steps) =>
      steps.alias(record(steps, kind, record(steps, kind, x, pools.flat), pools.deep), pools.outShape),
    );
  });
}

interface GradientInputs {
  readonly dy: tf.TensorInfo;
  readonly input: tf.TensorInfo;
}
const slideBackwards = ({ flat, deep }: TwoPools): boolean =>
  slidesBackwards(flat.window) && slidesBackwards(deep.window);

/** The first maximum along the depth, and the first one in its image, is the first maximum of the window. */
const maxGradient = kernel<GradientInputs & { output: tf.TensorInfo }, PoolAttributes>(
  ({ dy, input, output }, attributes, context) => {
    const pools = areFloat(dy, input, output) ? describe(input.shape, attributes) : undefined;
    if (pools === undefined || !slideBackwards(pools)) return undefined;
    const { flat, deep } = pools;
    return composed(context, (steps) => {
      const between = record(steps, 'MaxPool', input, flat);
      const back = (gradient: tf.TensorInfo, x: tf.TensorInfo, pooled: tf.TensorInfo, of: Pool): tf.TensorInfo =>
        steps.record(
          { kind: 'MaxPoolGradient', attributes: { window: of.window } },
          [
            { ...gradient, shape: of.to },
            { ...x, shape: of.from },
            { ...pooled, shape: of.to },
          ],
          of.from,
          'float32',
        );
      return steps.alias(back(back(dy, between, output, deep), input, between, flat), input.shape);
    });
  },
);

const averageGradient = kernel<GradientInputs, PoolAttributes>(({ dy, input }, attributes, context) => {
  const pools = areFloat(dy, input) ? describe(input.shape, attributes) : undefined;
  if (pools === undefined || !slideBackwards(pools)) return undefined;
  return composed(context, (steps) => {
    const back = (gradient: tf.TensorInfo, { window, from, to }: Pool): tf.TensorInfo =>
      steps.record(
        { kind: 'AveragePoolGradient', attributes: { window } },
        [{ ...gradient, shape: to }],
        from,
        'float32',
      );
    return steps.alias(back(back(dy, pools.deep), pools.flat), input.shape);
  });
});

/** Pools of volumes and their gradients. */
export const volumePoolKernels: Kernels = new Map([
  ['MaxPool3D', pool('MaxPool')],
  ['AvgPool3D', pool('AveragePool')],
  ['MaxPool3DGrad', maxGradient],
  ['AvgPool3DGrad', averageGradient],
]);
