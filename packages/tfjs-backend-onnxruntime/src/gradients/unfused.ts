import { layers, tf } from '../tf';

type Layer = layers.layers.Layer;

/**
 * Has Conv2D layers of dilated taps without an activation compute what they are, a convolution and a bias: tfjs-layers
 * takes its fused form for them, whose gradient refuses dilations whatever the kernels can. Until the function that it
 * returns is called.
 */
export function unfuseDilated(): () => void {
  // tfjs-layers hands out layers, not their classes.
  const prototype = Object.getPrototypeOf(layers.layers.conv2d({ filters: 1, kernelSize: 1, name: 'any' })) as Layer;
  const inherited = Object.getOwnPropertyDescriptor(prototype, 'call');
  const call: unknown = Reflect.get(prototype, 'call');
  if (typeof call !== 'function') throw new Error('tfjs-layers computes its layers in an unknown way.');
  prototype.call = function (this: Layer, inputs, kwargs) {
    const dilations = dilationsOf(this);
    if (dilations === undefined) return Reflect.apply(call, this, [inputs, kwargs]) as tf.Tensor;
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    return tf.tidy(() => {
      const { strides, padding } = this.getConfig() as { strides: [number, number]; padding: 'same' | 'valid' };
      const [kernel, bias] = this.weights;
      const filter = kernel!.read() as tf.Tensor4D;
      const result = tf.conv2d(x as tf.Tensor4D, filter, strides, padding, 'NHWC', dilations);
      return bias ? tf.add(result, bias.read()) : result;
    });
  };
  return () => {
    if (inherited) Object.defineProperty(prototype, 'call', inherited);
    else Reflect.deleteProperty(prototype, 'call');
  };
}

const known = new WeakMap<Layer, [number, number] | 'none'>();

/** The dilations of such a layer; undefined of any other. */
function dilationsOf(layer: Layer): [number, number] | undefined {
  let dilations = known.get(layer);
  if (dilations === undefined) {
    dilations = read(layer);
    known.set(layer, dilations);
  }
  return dilations === 'none' ? undefined : dilations;
}

function read(layer: Layer): [number, number] | 'none' {
  const config = layer.getConfig();
  const rates = config['dilationRate'];
  const isPlain = config['activation'] === 'linear' && config['dataFormat'] === 'channelsLast';
  if (!isPlain || layer.getClassName() !== 'Conv2D' || !Array.isArray(rates)) return 'none';
  const [down, across] = rates.map(Number) as [number, number];
  return down === 1 && across === 1 ? 'none' : [down, across];
}
