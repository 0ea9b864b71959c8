import type { ResizeRule } from '../graph/operations';
import { sizeOf } from '../graph/native-types';
import type { tf } from '../tf';
import { areFloat, type Kernel, kernel, type Kernels } from './kernel';

interface ResizeAttributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: [number, number];
}

function resize(method: ResizeRule['method']): Kernel {
  return kernel<{ images: tf.TensorInfo }, ResizeAttributes>(({ images }, attributes, context) => {
    const { alignCorners, halfPixelCenters, size } = attributes;
    const shape = [images.shape[0]!, ...size, images.shape[3]!];
    if (!areFloat(images) || sizeOf(shape) === 0) return undefined;
    const rule = { method, alignCorners, halfPixelCenters };
    return context.record({ kind: 'Resize', attributes: { rule } }, [images], shape, 'float32');
  });
}

/** The gradients of tfjs do not support half-pixel centers. */
function gradient(method: ResizeRule['method']): Kernel {
  return kernel<{ images: tf.TensorInfo; dy: tf.TensorInfo }, { alignCorners: boolean }>(
    ({ images, dy }, { alignCorners }, context) => {
      if (!areFloat(images, dy)) return undefined;
      const rule = { method, alignCorners, halfPixelCenters: false };
      return context.record({ kind: 'ResizeGradient', attributes: { rule } }, [dy], images.shape, 'float32');
    },
  );
}

/** Resized images and their gradients. */
export const resizeKernels: Kernels = new Map([
  ['ResizeBilinear', resize('bilinear')],
  ['ResizeNearestNeighbor', resize('nearest')],
  ['ResizeBilinearGrad', gradient('bilinear')],
  ['ResizeNearestNeighborGrad', gradient('nearest')],
]);
