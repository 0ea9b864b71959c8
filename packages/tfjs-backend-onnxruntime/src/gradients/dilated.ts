import { BACKEND_NAME } from '../step-boundary';
import { tf } from '../tf';
import type { GradientFunction, Gradients } from './gradient-function';

/** The gradient kernels of this backend that accept dilations. */
type OwnGradients = readonly [input: string, filter: string];

type FilterShape = [number, number, number, number];

/** Gradients of dilated convolutions, which tfjs refuses. Other convolutions keep the gradients of tfjs. */
export const dilatedGradients: Readonly<Record<string, GradientFunction>> = {
  Conv2D: (dy, [x, filter], attributes) => {
    const dilations = dilationsOf(attributes);
    if (dilations === undefined) return undefined;
    if (tf.getBackend() === BACKEND_NAME)
      return natively(['Conv2DBackpropInput', 'Conv2DBackpropFilter'], dy, [x!, filter!], attributes);
    return throughDilatedFilter('Conv2DBackprop', dy, [x!, filter!], attributes, dilations);
  },
  Conv3D: (dy, [x, filter], attributes) => {
    if (dilationsOf(attributes) === undefined || tf.getBackend() !== BACKEND_NAME) return undefined;
    return natively(['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'], dy, [x!, filter!], attributes);
  },
  DepthwiseConv2dNative: (dy, [x, filter], attributes) => {
    const dilations = dilationsOf(attributes);
    if (dilations === undefined) return undefined;
    return throughDilatedFilter('DepthwiseConv2dNativeBackprop', dy, [x!, filter!], attributes, dilations);
  },
};

function natively(
  [inputKernel, filterKernel]: OwnGradients,
  dy: tf.Tensor,
  [x, filter]: readonly [tf.Tensor, tf.Tensor],
  attributes: tf.NamedAttrMap,
): Gradients {
  return {
    x: () => runKernel(inputKernel, { dy, filter }, { ...attributes, inputShape: x.shape }),
    filter: () => runKernel(filterKernel, { x, dy }, { ...attributes, filterShape: filter.shape }),
  };
}

/** Computes the gradients through a filter with zeros between its taps. */
function throughDilatedFilter(
  kernel: 'Conv2DBackprop' | 'DepthwiseConv2dNativeBackprop',
  dy: tf.Tensor,
  [x, filter]: readonly [tf.Tensor, tf.Tensor],
  attributes: tf.NamedAttrMap,
  dilations: readonly [number, number],
): Gradients {
  const plain = { ...attributes, dilations: [1, 1] };
  return {
    x: () => runKernel(`${kernel}Input`, { dy, filter: dilate(filter, dilations) }, { ...plain, inputShape: x.shape }),
    filter: () => {
      const [h, w, ...channels] = filter.shape as FilterShape;
      const filterShape = [(h - 1) * dilations[0] + 1, (w - 1) * dilations[1] + 1, ...channels];
      const whole = runKernel(`${kernel}Filter`, { x, dy }, { ...plain, filterShape });
      return undilate(whole, filter.shape as FilterShape, dilations);
    },
  };
}

/** Inserts zeros between the taps of a filter. */
function dilate(filter: tf.Tensor, [down, across]: readonly [number, number]): tf.Tensor {
  const [h, w, inputs, outputs] = filter.shape as FilterShape;
  const taps = tf.reshape(filter, [h, 1, w, 1, inputs * outputs]);
  const apart = tf.pad(taps, [[0, 0], [0, down - 1], [0, 0], [0, across - 1], [0, 0]]); // prettier-ignore
  const wide = tf.reshape(apart, [h * down, w * across, inputs, outputs]);
  return tf.slice(wide, [0, 0, 0, 0], [(h - 1) * down + 1, (w - 1) * across + 1, inputs, outputs]);
}

/** Selects the taps of such a filter. */
function undilate(whole: tf.Tensor, shape: FilterShape, [down, across]: readonly [number, number]): tf.Tensor {
  const [h, w, inputs, outputs] = shape;
  const filled = tf.pad(whole, [[0, down - 1], [0, across - 1], [0, 0], [0, 0]]); // prettier-ignore
  const apart = tf.reshape(filled, [h, down, w, across, inputs * outputs]);
  return tf.reshape(tf.slice(apart, [0, 0, 0, 0, 0], [h, 1, w, 1, inputs * outputs]), shape);
}

/** The dilations of a convolution; undefined if they are all 1. */
function dilationsOf({ dilations }: tf.NamedAttrMap): [number, number] | undefined {
  const given = (dilations ?? 1) as [number, number] | number;
  const all: [number, number] = typeof given === 'number' ? [given, given] : given;
  return all.every((step) => step === 1) ? undefined : all;
}

const runKernel = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attributes);
