import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { Tensor } from '../checkpoint/types';
import type { OpOf } from '../model/op/op';
import { NoOperator, type Value } from './values';

/** Writes a transposed convolution, in floating point. @param input channels first. @throws NoOperator */
export function emitTransposed(
  file: OnnxFile,
  input: Value,
  { window: { size, strides, dilation, padding }, outputPadding }: OpOf<'transposed-conv'>,
  { name, kernel, bias }: { name: string; kernel: Tensor; bias: Tensor | undefined },
): Value {
  if (!size || !strides || padding === 'causal') throw new NoOperator('has a window that is not written there');
  if (outputPadding) throw new NoOperator('has an output padding');
  if (dilation?.some((one) => one !== 1)) throw new NoOperator('is dilated');
  if (!(kernel.data instanceof Float32Array) || (bias && !(bias.data instanceof Float32Array)))
    throw new NoOperator('has weights that are not float32');
  // The kernel is that of a convolution from the output to the input: its window lies beyond the edges of the output.
  const beyond = size.map((one, axis) => (padding === 'same' ? Math.max(0, one - strides[axis]!) : 0));
  const before = beyond.map((one) => Math.floor(one / 2));
  const [leaving, entering] = [kernel.shape.at(-2)!, kernel.shape.at(-1)!];
  const weights = file.constant(
    `${name}/weights`,
    'float32',
    [entering, leaving, ...size],
    reordered(kernel.data, { leaving, entering }),
  );
  const taken = [input.name, weights];
  if (bias?.data instanceof Float32Array) taken.push(file.constant(`${name}/bias`, 'float32', [leaving], bias.data));
  const attributes = {
    kernel_shape: [...size],
    strides: [...strides],
    pads: [...before, ...beyond.map((one, axis) => one - before[axis]!)],
    // Positions between windows that are shorter than the strides.
    output_padding: size.map((one, axis) => Math.max(0, strides[axis]! - one)),
  };
  return { ...input, name: file.node('ConvTranspose', taken, attributes, name) };
}

/** Brings a kernel from positions, outputs, inputs to inputs, outputs, positions. */
function reordered(data: Float32Array, { leaving, entering }: { leaving: number; entering: number }): Float32Array {
  const places = data.length / (leaving * entering);
  const moved = new Float32Array(data.length);
  for (let place = 0; place < places; place++)
    for (let out = 0; out < leaving; out++)
      for (let from = 0; from < entering; from++)
        moved[(from * leaving + out) * places + place] = data[(place * leaving + out) * entering + from]!;
  return moved;
}
