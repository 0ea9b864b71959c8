import { tf } from '../tf';

/** The gradient of a transposed convolution of volumes, which tfjs lacks: a convolution. */
export const volumeGradient: tf.GradConfig = {
  kernelName: 'Conv3DBackpropInputV2',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, [dy, filter], attributes) => ({
    dy: () => tf.engine().runKernel('Conv3D', { x: ddx as tf.Tensor, filter: filter! }, withDilations(attributes)),
    filter: () =>
      tf
        .engine()
        .runKernel(
          'Conv3DBackpropFilterV2',
          { x: ddx as tf.Tensor, dy: dy! },
          { ...attributes, filterShape: filter!.shape },
        ),
  }),
};

const withDilations = ({ strides, pad }: tf.NamedAttrMap): tf.NamedAttrMap => ({
  strides: strides!,
  pad: pad!,
  dataFormat: 'NDHWC',
  dilations: [1, 1, 1],
});
