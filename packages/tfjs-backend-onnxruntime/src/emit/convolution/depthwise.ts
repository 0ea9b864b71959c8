import type { ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { Window } from '../../graph/operations';
import type { NativeValue, PendingValue, Value } from '../../graph/value';
import { filledUp, withoutFilling } from '../normalization/affine';
import { activate, BLOCKED_ACTIVATIONS, KEEPS_ZERO } from '../elementwise/activations';
import type { Emission } from '../emission';
import { blockedDepthwiseFilter, type FilterShape, flip, roundUp, windowAttributes } from './filters';
import { insertZeros } from './zero-insertion';

type ImageShape = readonly [number, number, number, number];

export function emitDepthwiseConv2D(emission: Emission, value: PendingValue<'DepthwiseConv2D'>): void {
  const { builder, block } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [image, filterValue, bias] = inputs as [Value, Value, Value | undefined];
  const filterShape = inputShapes[1] as FilterShape;
  const [h, w, channels, multiplier] = filterShape;
  const filter = emission.flat(filterValue, filterShape);
  const biases = bias === undefined ? [] : [emission.flat(bias, [channels * multiplier])];
  const { window, activation } = operation.attributes;
  const attributes = { ...windowAttributes(window), group: channels };
  const keepsZeros = emission.canBlock(channels) || KEEPS_ZERO.has(activation.name);
  if (
    multiplier === 1 &&
    keepsZeros &&
    hasBlocks(emission, image, channels) &&
    sameShape(inputShapes[0]!, image.shape)
  ) {
    const whole = inWholeBlocks(emission, filter, filterShape);
    const names = [
      emission.blocked(image),
      blockedDepthwiseFilter(builder, whole.filter, whole.shape, block),
      ...biases.map((name) => filledUp(builder, name, emission.channelsOf(channels))),
    ];
    const builtIn = BLOCKED_ACTIVATIONS[activation.name];
    const result = builder.blocked('Conv', names, {
      ...attributes,
      group: whole.shape[2],
      ...(builtIn === undefined ? {} : { activation: builtIn }),
    });
    emission.setBlocked(value, builtIn === undefined ? activate(builder, result, activation) : result);
    return;
  }
  const perChannel = builder.reshape(builder.transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, h, w]);
  const names = [emission.nchw(image, inputShapes[0]!), perChannel, ...biases];
  emission.setNchw(value, activate(builder, builder.op('Conv', names, attributes), activation));
}

/** True if an image has blocks, or can be converted to blocks without filling. */
function hasBlocks(emission: Emission, image: Value, channels: number): boolean {
  return emission.canBlock(channels) || emission.hasFilledBlocks(image);
}

/** Fills up the channels of a depthwise filter to whole blocks with zeros. */
function inWholeBlocks(
  { builder, block }: Emission,
  filter: ValueName,
  [h, w, channels]: FilterShape,
): { filter: ValueName; shape: FilterShape } {
  const shape = [h, w, roundUp(channels, block), 1] as const;
  const missing = shape[2] - channels;
  if (missing === 0) return { filter, shape };
  return { filter: builder.op('Pad', [filter, builder.ints(0, 0, 0, 0, 0, 0, missing, 0)]), shape };
}

export function emitDepthwiseInputGradient(emission: Emission, value: PendingValue<'DepthwiseInputGradient'>): void {
  const { inputs, inputShapes, operation } = value.node;
  const filterShape = inputShapes[1] as FilterShape;
  const filter = emission.flat(inputs[1]!, filterShape);
  const gradientShape = inputShapes[0] as ImageShape;
  slideBackwards(emission, value, inputs[0]!, gradientShape, filter, filterShape, operation.attributes.window);
}

/**
 * Sets `value` to the gradient of a depthwise convolution with respect to its input. The gradient of the result gets
 * zeros between its pixels for the strides, and is convolved with the flipped filter.
 */
export function slideBackwards(
  emission: Emission,
  value: NativeValue,
  gradient: Value,
  gradientShape: ImageShape,
  filter: ValueName,
  filterShape: FilterShape,
  { kernel, strides, pads }: Window,
): void {
  const { builder, block } = emission;
  const [n, rows, columns] = gradientShape;
  const [, , channels, multiplier] = filterShape;
  const flipped = flip(builder, filter, filterShape);
  // With these pads in front no pads are needed behind, once the gradient has the right size.
  const before = [kernel[0] - 1 - pads[0], kernel[1] - 1 - pads[1]] as const;
  const size = [value.shape[1]! + kernel[0] - 1 - before[0], value.shape[2]! + kernel[1] - 1 - before[1]] as const;
  const attributes = { kernel_shape: kernel, pads: [...before, 0, 0], group: channels };
  if (multiplier === 1 && hasBlocks(emission, gradient, channels) && sameShape(gradientShape, gradient.shape)) {
    const whole = inWholeBlocks(emission, flipped, filterShape);
    const depth = whole.shape[2];
    const filterInBlocks = blockedDepthwiseFilter(builder, whole.filter, whole.shape, block);
    const after = [size[0] - rows, size[1] - columns];
    if (strides.every((stride) => stride === 1) && after.every((pad) => pad >= 0)) {
      const padded = { ...attributes, pads: [...before, ...after], group: depth };
      emission.setBlocked(value, builder.blocked('Conv', [emission.blocked(gradient), filterInBlocks], padded));
      return;
    }
    const planes = [(n * depth) / block, rows, columns, block] as const;
    const spreadOut = insertZeros(builder, emission.blocked(gradient), planes, strides, size);
    const image = builder.reshape(spreadOut, [n, depth, ...size]);
    emission.setBlocked(value, builder.blocked('Conv', [image, filterInBlocks], { ...attributes, group: depth }));
    return;
  }
  const depth = channels * multiplier;
  const spreadOut = insertZeros(
    builder,
    emission.flat(gradient, gradientShape),
    [n, rows, columns, depth],
    strides,
    size,
  );
  const names = [builder.transpose(spreadOut, [0, 3, 1, 2]), builder.transpose(flipped, [2, 3, 0, 1])];
  emission.setNchw(value, builder.op('Conv', names, attributes));
}

export function emitDepthwiseFilterGradient(emission: Emission, value: PendingValue<'DepthwiseFilterGradient'>): void {
  const { builder, block } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [image, gradient] = inputs as [Value, Value];
  const imageShape = inputShapes[0] as ImageShape;
  const [n, rows, columns, depth] = inputShapes[1] as ImageShape;
  const [h, w, channels, multiplier] = value.shape as FilterShape;
  const { kernel, strides, pads } = operation.attributes.window;
  const asStored = sameShape(imageShape, image.shape) && sameShape(inputShapes[1]!, gradient.shape);
  const inBlocks = emission.canBlock(channels) || [image, gradient].every((input) => emission.hasFilledBlocks(input));
  if (multiplier === 1 && inBlocks && asStored) {
    const filled = roundUp(channels, block);
    // A depthwise convolution over all channels of all images. Its filter is the gradient, as large as the result.
    const groups = n * filled;
    const seen = builder.reshape(emission.blocked(image), [1, groups, imageShape[1], imageShape[2]]);
    const filter = builder.reshape(emission.blocked(gradient), [groups, 1, rows, columns]);
    const reach = [
      (rows - 1) * strides[0] + h - imageShape[1],
      (columns - 1) * strides[1] + w - imageShape[2],
    ] as const;
    const behind = [reach[0] - pads[0], reach[1] - pads[1]];
    if (behind.every((pad) => pad >= 0)) {
      const attributes = {
        kernel_shape: [rows, columns],
        dilations: strides,
        pads: [pads[0], pads[1], ...behind],
        group: groups,
      };
      const products = builder.blocked('Conv', [seen, filter], attributes);
      const sums = builder.op('MatMul', [builder.onesRow(n), builder.reshape(products, [n, filled * h * w])]);
      const perTap = builder.transpose(builder.reshape(sums, [filled / block, h, w, block]), [1, 2, 0, 3]);
      const taps = withoutFilling(builder, builder.reshape(perTap, [h, w, filled]), emission.channelsOf(channels));
      emission.setFlat(value, builder.reshape(taps, value.shape));
      return;
    }
  }
  const positions = n * rows * columns;
  const size = [(rows - 1) * strides[0] + h, (columns - 1) * strides[1] + w] as const;
  const planes = [n, imageShape[1], imageShape[2], channels] as const;
  const padded = insertZeros(builder, emission.flat(image, imageShape), planes, [1, 1], size, [pads[0], pads[1]]);
  const weights = emission.flat(gradient, [n, rows, columns, channels, multiplier]);
  const taps: ValueName[] = [];
  for (let y = 0; y < kernel[0]; y++) {
    for (let x = 0; x < kernel[1]; x++) {
      const ends = [y + (rows - 1) * strides[0] + 1, x + (columns - 1) * strides[1] + 1];
      const ranges = [builder.ints(y, x), builder.ints(...ends), builder.ints(1, 2), builder.ints(...strides)];
      const read = builder.reshape(builder.op('Slice', [padded, ...ranges]), [n, rows, columns, channels, 1]);
      const products = builder.reshape(builder.op('Mul', [read, weights]), [positions, depth]);
      taps.push(builder.op('MatMul', [builder.onesRow(positions), products]));
    }
  }
  const joined = taps.length === 1 ? taps[0]! : builder.op('Concat', taps, { axis: 0 });
  emission.setFlat(value, builder.reshape(joined, value.shape));
}
