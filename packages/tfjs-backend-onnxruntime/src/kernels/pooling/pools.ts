import { sameShape, sizeOf } from '../../graph/native-types';
import { tf } from '../../tf';
import { areFloat, type Kernel, kernel, type Kernels, type OneInput } from '../kernel';
import { poolWindow, roundsDown, slidesBackwards } from '../windows';

interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function describe(shape: readonly number[], attributes: PoolAttributes): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const image = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(image, filterSize, strides, 1, pad, dimRoundingMode);
}

function pool(kind: 'MaxPool' | 'AveragePool'): Kernel {
  return kernel<OneInput, PoolAttributes>(({ x }, attributes, context) => {
    if (!areFloat(x)) return undefined;
    const info = describe(x.shape, attributes);
    const isSinglePixel = info.filterWidth === 1 && info.filterHeight === 1;
    if (isSinglePixel && sameShape(info.inShape, info.outShape)) return context.alias(x, x.shape);
    if (!roundsDown(info) || sizeOf(info.outShape) === 0) return undefined;
    return context.record({ kind, attributes: { window: poolWindow(info) } }, [x], info.outShape, 'float32');
  });
}

interface MaxPoolGradientInputs {
  readonly dy: tf.TensorInfo;
  readonly input: tf.TensorInfo;
  readonly output: tf.TensorInfo;
}
const maxPoolGradient = kernel<MaxPoolGradientInputs, PoolAttributes>(({ dy, input, output }, attributes, context) => {
  if (!areFloat(dy, input, output)) return undefined;
  const info = describe(input.shape, attributes);
  const window = poolWindow(info);
  if (!roundsDown(info) || !slidesBackwards(window)) return undefined;
  return context.record(
    { kind: 'MaxPoolGradient', attributes: { window } },
    [dy, input, output],
    input.shape,
    'float32',
  );
});

interface AveragePoolGradientInputs {
  readonly dy: tf.TensorInfo;
  readonly input: tf.TensorInfo;
}
const averagePoolGradient = kernel<AveragePoolGradientInputs, PoolAttributes>(({ dy, input }, attributes, context) => {
  if (!areFloat(dy, input)) return undefined;
  const info = describe(input.shape, attributes);
  const window = poolWindow(info);
  if (!roundsDown(info) || !slidesBackwards(window)) return undefined;
  return context.record({ kind: 'AveragePoolGradient', attributes: { window } }, [dy], input.shape, 'float32');
});

/** Pools and their gradients. */
export const poolKernels: Kernels = new Map([
  ['MaxPool', pool('MaxPool')],
  ['AvgPool', pool('AveragePool')],
  ['MaxPoolGrad', maxPoolGradient],
  ['AvgPoolGrad', averagePoolGradient],
]);
