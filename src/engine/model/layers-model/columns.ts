import * as z from 'zod';
import { tf } from '../../tf';
import type { layers } from './tfjs-layers';

const sizes = z.union([z.number().transform((size) => [size]), z.array(z.number())]);
const Convolution = z.object({
  kernelSize: sizes,
  strides: sizes,
  dilationRate: sizes,
  padding: z.enum(['valid', 'same']),
  // Absent for one dimension.
  dataFormat: z.enum(['channelsFirst', 'channelsLast']).default('channelsLast'),
});

/**
 * Computes, from the input of a layer, the matrix X that its kernel multiplies. X has a column for each row of the
 * kernel as inputs by outputs. Call it within a tidy.
 */
export type Columns = (input: tf.Tensor) => tf.Tensor2D;

/**
 * Makes the columns of a layer whose output is X times its kernel: dense layers and convolutions. Undefined for other
 * layers.
 * Convolutions use im2col, in the order of the kernel: positions of the window, then input channels.
 */
export function columnsOf(layer: layers.layers.Layer): Columns | undefined {
  const type = layer.getClassName();
  if (type === 'Dense') return (input) => tf.reshape(input, [-1, input.shape.at(-1)!]);
  if (!/^Conv[123]D$/.test(type)) return undefined;
  const read = Convolution.safeParse(layer.getConfig());
  if (!read.success) return undefined;
  return (input) => patches(input, read.data);
}

function patches(input: tf.Tensor, convolution: z.infer<typeof Convolution>): tf.Tensor2D {
  const { kernelSize, dataFormat } = convolution;
  const last = dataFormat === 'channelsLast' ? input : channelsLast(input);
  const axes = kernelSize.map((size, axis) => {
    const stride = convolution.strides[axis] ?? convolution.strides[0]!;
    const dilation = convolution.dilationRate[axis] ?? convolution.dilationRate[0]!;
    const length = last.shape[axis + 1]!;
    const reach = (size - 1) * dilation + 1;
    const outputs =
      convolution.padding === 'valid' ? Math.ceil((length - reach + 1) / stride) : Math.ceil(length / stride);
    const padding = Math.max(0, (outputs - 1) * stride + reach - length);
    const before = Math.floor(padding / 2);
    return { size, stride, dilation, outputs, before, after: padding - before };
  });
  const padded = tf.pad(last, [[0, 0], ...axes.map(({ before, after }): [number, number] => [before, after]), [0, 0]]);
  const places = axes.reduce<number[][]>(
    (found, { size }) => found.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
  const taken = places.map((place) =>
    place.reduce((x, index, axis) => {
      const { stride, dilation, outputs } = axes[axis]!;
      const from = index * dilation;
      if (stride === 1) return sliceAxis(x, axis + 1, from, outputs);
      const indices = Int32Array.from({ length: outputs }, (_, i) => from + i * stride);
      return tf.gather(x, tf.tensor1d(indices, 'int32'), axis + 1);
    }, padded),
  );
  const joined = taken.length === 1 ? taken[0]! : tf.concat(taken, -1);
  return tf.reshape(joined, [-1, joined.shape.at(-1)!]);
}

function sliceAxis(x: tf.Tensor, axis: number, from: number, length: number): tf.Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  return tf.slice(
    x,
    begin,
    x.shape.map((size, i) => (i === axis ? length : size)),
  );
}

const channelsLast = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, ...x.shape.slice(2).map((_, i) => i + 2), 1]);
