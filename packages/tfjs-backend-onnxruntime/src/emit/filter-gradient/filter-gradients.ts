import type { ValueName } from '../../encoding/model-builder';
import { sizeOf } from '../../graph/native-types';
import type { Window } from '../../graph/operations';
import type { PendingValue, Value } from '../../graph/value';
import { backwardPads, type FilterShape, flip, isPointwise } from '../convolution/filters';
import type { Emission } from '../emission';
import { stackedProduct } from '../products/matrix-products';
import { emitBlockedFilterGradient, emitMinimalFilterGradient } from './blocked';
import { convolvedPatches, FEW_CHANNELS, type Patches, patches } from './patches';
import { emitPointwiseFilterGradient } from './pointwise';

/** Products of more multiplications are computed in parts, which the threads share. */
const SPLIT_PRODUCT = 1e7;
const PARTS = [4, 2];

/** Emits the gradient of a filter. The general form multiplies the transposed patches of the image by the gradient. */
export function emitConv2DFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): void {
  if (emitPointwiseFilterGradient(emission, value) || emitOfFewOutputs(emission, value)) return;
  if (emitMinimalFilterGradient(emission, value) || emitBlockedFilterGradient(emission, value)) return;
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [image, gradient] = inputs as [Value, Value];
  const [n, height, width, filters] = inputShapes[1] as [number, number, number, number];
  const shape = inputShapes[0] as Patches['shape'];
  const channels = shape[3];
  const patched = { image, shape, window: operation.attributes.window, height, width };
  if (channels < FEW_CHANNELS && slidesByOne(patched.window) && width % 2 === 0) {
    emission.setFlat(value, productByGroups(emission, patched, gradient, value.shape as FilterShape));
    return;
  }
  const sizes = { positions: n * height * width, taps: sizeOf(value.shape) / filters, filters };
  const rows = emission.flat(gradient, [sizes.positions, filters]);
  const product = productOfPatches(emission, [patches(emission, patched), rows], sizes);
  emission.setFlat(value, builder.reshape(product, value.shape));
}

/**
 * Emits the gradient of a filter with few outputs: the transposed patches of the gradient times the image. Each element
 * of the image sees the taps of the filter in reverse order. The image may have many channels.
 *
 * @returns false if there is no such form
 */
function emitOfFewOutputs(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [image, gradient] = inputs as [Value, Value];
  const [imageShape, gradientShape] = inputShapes as [Patches['shape'], Patches['shape']];
  const [kh, kw, channels, outputs] = value.shape as FilterShape;
  const { window } = operation.attributes;
  const pads = backwardPads(window, imageShape, gradientShape);
  if (outputs >= Math.min(FEW_CHANNELS, channels) || isPointwise(window) || pads === undefined) return false;
  const [n, height, width] = imageShape;
  const patched = { image: gradient, shape: gradientShape, window: { ...window, pads }, height, width };
  const sizes = { positions: n * height * width, taps: kh * kw * outputs, filters: channels };
  const rows = emission.flat(image, [sizes.positions, channels]);
  const product = productOfPatches(emission, [patches(emission, patched), rows], sizes);
  const flipped = flip(builder, builder.reshape(product, [kh, kw, outputs, channels]), value.shape as FilterShape);
  emission.setFlat(
    value,
    outputs === 1 ? builder.reshape(flipped, value.shape) : builder.transpose(flipped, [0, 1, 3, 2]),
  );
  return true;
}

const slidesByOne = ({ strides, dilations }: Window): boolean => [...strides, ...dilations].every((step) => step === 1);

/** Multiplies the transposed patches by the gradient: `[taps, filters]`. */
function productOfPatches(
  emission: Emission,
  [columns, rows]: readonly [ValueName, ValueName],
  { positions, taps, filters }: { positions: number; taps: number; filters: number },
): ValueName {
  const { builder, threads } = emission;
  const isShared = threads > 1 && positions * taps * filters > SPLIT_PRODUCT;
  const parts = isShared ? PARTS.find((count) => positions % count === 0) : undefined;
  if (parts === undefined) return builder.op('Gemm', [columns, rows], { transA: 1 });
  const left = builder.reshape(columns, [parts, positions / parts, taps]);
  const right = builder.reshape(rows, [parts, positions / parts, filters]);
  const products = stackedProduct(emission, [left, right], [3, 3], [true, false]);
  const sum = builder.op('MatMul', [builder.onesRow(parts), builder.reshape(products, [parts, taps * filters])]);
  return builder.reshape(sum, [taps, filters]);
}

/**
 * Multiplies patches of few channels, which are slow to copy, by the gradient. Positions form groups, and one larger
 * patch serves a whole group. Each position has its own part of the product, shifted by its offset in the group. Phases
 * of the gradient need not be joined.
 */
function productByGroups(
  emission: Emission,
  patched: Patches,
  gradient: Value,
  [kh, kw, channels, filters]: FilterShape,
): ValueName {
  const { builder } = emission;
  const { shape, height, width } = patched;
  const phases = emission.parts(gradient)?.phases?.flat();
  const group = phases ? ([2, 2] as const) : ([1, kw > 3 && width % 4 === 0 ? 4 : 2] as const);
  const reach = [reachOf(kh, group[0]), reachOf(kw, group[1])] as const;
  const groupSize = group[0] * group[1];
  const positions = (shape[0] * height * width) / groupSize;
  const columns = groupPatches(emission, patched, reach, group);
  const shifted = (product: ValueName, index: number, part: number, parts: number): ValueName => {
    const split = builder.reshape(product, [...reach, channels, parts, filters]);
    const [y, x] = [Math.floor(index / group[1]), index % group[1]];
    const [starts, ends] = [builder.ints(y, x, part), builder.ints(y + kh, x + kw, part + 1)];
    return builder.op('Slice', [split, starts, ends, builder.ints(0, 1, 3)]);
  };
  const taps = reach[0] * reach[1] * channels;
  const times = (rows: ValueName, outputs: number): ValueName =>
    productOfPatches(emission, [columns, rows], { positions, taps, filters: outputs });
  let shares: ValueName[];
  if (phases) {
    shares = phases.map((phase, index) => {
      const rows = builder.blocked('ReorderOutput', [phase], { channels: filters, channels_last: 1 });
      return shifted(times(builder.reshape(rows, [positions, filters]), filters), index, 0, 1);
    });
  } else {
    const product = times(emission.flat(gradient, [positions, groupSize * filters]), groupSize * filters);
    shares = Array.from({ length: groupSize }, (_, index) => shifted(product, index, index, groupSize));
  }
  return builder.reshape(builder.op('Sum', shares), [kh, kw, channels, filters]);
}

/** Rows or columns of the patch of a group of positions, a multiple of the group. */
const reachOf = (kernel: number, group: number): number => group * Math.ceil((kernel - 1 + group) / group);

/** The patch of each group of positions: `[groups, taps]`. */
function groupPatches(
  emission: Emission,
  { image, shape, window, height, width }: Patches,
  reach: readonly [number, number],
  group: readonly [number, number],
): ValueName {
  const { builder } = emission;
  const [n, h, w, channels] = shape;
  const [top, left] = window.pads;
  const groups = [height / group[0], width / group[1]] as const;
  const [tall, wide] = [height - group[0] + reach[0], width - group[1] + reach[1]];
  const [bottom, right] = [tall - h - top, wide - w - left];
  const [positions, taps] = [n * groups[0] * groups[1], reach[0] * reach[1] * channels];
  builder.noteScratch(4 * positions * taps);
  if (emission.block > 0) {
    const pads = [top, left, bottom, right] as const;
    const wideWindow: Window = { kernel: reach, strides: group, dilations: [1, 1], pads };
    return convolvedPatches(emission, { image, shape, window: wideWindow, height: groups[0], width: groups[1] });
  }
  const padded = builder.op('Pad', [emission.flat(image, shape), builder.ints(0, top, left, 0, 0, bottom, right, 0)]);
  const inGroups = builder.reshape(padded, [n, tall, wide / group[1], group[1] * channels]);
  const slices: ValueName[] = [];
  for (let y = 0; y < reach[0]; y++) {
    for (let x = 0; x < reach[1] / group[1]; x++) {
      const ranges = [builder.ints(y, x), builder.ints(y + height, x + groups[1]), builder.ints(1, 2)];
      slices.push(builder.op('Slice', [inGroups, ...ranges]));
    }
  }
  return builder.reshape(builder.op('Concat', slices, { axis: 3 }), [positions, taps]);
}
