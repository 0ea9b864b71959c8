import { layers, tf } from '../tf';

type Layer = layers.layers.Layer;

/**
 * Makes dilated Conv2D layers without activation compute a convolution and a bias. The fused form of tfjs-layers has a
 * gradient that refuses dilations.
 *
 * @returns a function that restores the original
 */
export function unfuseDilated(): () => void {
  // tfjs-layers exports functions that make layers, but not their classes.
  const prototype = Object.getPrototypeOf(layers.layers.conv2d({ filters: 1, kernelSize: 1, name: 'any' })) as Layer;
  const inherited = Object.getOwnPropertyDescriptor(prototype, 'call');
  const call: unknown = Reflect.get(prototype, 'call');
  if (typeof call !== 'function')
    throw new Error('This version of tfjs-layers is not supported: its Conv2D layer has no method call.');
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

/** The dilations of such a layer; undefined for other layers. */
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
