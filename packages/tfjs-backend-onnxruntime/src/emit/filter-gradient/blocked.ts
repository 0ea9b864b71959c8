import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import type { PendingValue, Value } from '../../graph/value';
import type { Emission } from '../emission';
import { bandsByExamples, type ByExamples, gatheredTaps, gradientAsFilter, imageByExamples } from './operands';
import { type FilterGradient, filterGradientOf, chooseSliding, type Sliding } from './sliding';
import { backwardPads, flip } from '../convolution/filters';
import {
  type Four,
  rowsOfFilterGradient,
  suitsMinimalFiltering,
  sumsOfGradients,
  sumsOfRows,
} from '../convolution/minimal-filtering';
import { rowsOf } from '../layout/image-parts';
import { isInWholeBlocks } from '../convolution/whole-blocks';

/**
 * Emits the gradient of a filter as a blocked convolution. It needs no patches and is nearer to the peak than a matrix
 * product. The examples are the channels and the gradient of the result is the filter. A row of the image holds columns
 * and channels side by side, so the step to the next column is a dilation by the number of channels:
 *
 * `dW[y, x * C + c, o]` is the sum over n, i and j of `image[n, y + i, (x + j) * C + c] * gradient[n, i, j, o]`.
 *
 * Images may be split into bands of rows, which are channels as well. Bands of the image overlap by the reach of the
 * filter. Each block of channels of the image remains an image of its own.
 *
 * @returns false if there is no such form
 */
export function emitBlockedFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const { builder } = emission;
  const [image, gradient] = value.node.inputs as [Value, Value];
  const asked = filterGradientOf(value);
  const exchanged = exchange(emission, asked);
  const sliding = chooseSliding(emission, exchanged ?? asked);
  if (sliding === undefined) return false;
  const [moving, resting] = exchanged ? [gradient, image] : [image, gradient];
  const seen = imageByExamples(emission, moving, sliding);
  const sums = slide(builder, seen, gradientAsFilter(emission, resting, sliding), sliding);
  const found = filterFromSums(builder, sums, seen, sliding);
  emission.setFlat(value, exchanged ? builder.transpose(flip(builder, found, exchanged.filter), [0, 1, 3, 2]) : found);
  return true;
}

/**
 * Exchanges the image and the gradient of the result if the image has more channels. This gives the flipped filter. The
 * image then fills the blocks of filters (a single block is half as fast), and the smaller of the two is reordered.
 */
function exchange({ block }: Emission, { image, result, filter, window }: FilterGradient): FilterGradient | undefined {
  const [kh, kw, channels, outputs] = filter;
  const pads = backwardPads(window, image, result);
  if (pads === undefined || outputs < block || channels < 2 * outputs) return undefined;
  return { image: result, result: image, filter: [kh, kw, outputs, channels], window: { ...window, pads } };
}

/**
 * Emits the gradient of a filter by minimal filtering: four products of sums of rows, for one row of the filter each.
 *
 * @returns false if there is no such form or it is not faster
 */
export function emitMinimalFilterGradient(emission: Emission, value: PendingValue<'Conv2DFilterGradient'>): boolean {
  const { builder, block } = emission;
  const [image, gradient] = value.node.inputs as [Value, Value];
  const { image: imageShape, result, filter, window } = filterGradientOf(value);
  const inBlocks = isInWholeBlocks(emission, image, imageShape) && sameShape(gradient.shape, result);
  if (!inBlocks || !suitsMinimalFiltering(block, window, result, filter, 'gradient of filter')) return false;
  const added = result[1] % 2;
  const halved = (shape: typeof result): typeof result => [shape[0], (shape[1] + added) / 2, shape[2], shape[3]];
  const [, kw, channels, outputs] = filter;
  const [, left, , right] = window.pads;
  const problem = {
    image: halved(imageShape),
    result: halved(result),
    filter: [1, kw, channels, outputs] as const,
    window: { ...window, kernel: [1, kw] as const, pads: [0, left, 0, right] as const },
  };
  const sliding = chooseSliding(emission, problem, true);
  if (sliding === undefined) return false;
  const [n, height, width] = problem.image;
  const rowOfZeros = sliding.channels > n * sliding.bands;
  const images = sumsOfRows(builder, emission.blocked(image), channels, block, { added, columns: left, rowOfZeros });
  const rows = height + (rowOfZeros ? 1 : 0);
  const padded = { planes: channels / block, depth: block, rows, line: (left + width + right) * block };
  const seen = images.map((name, i) => {
    const toTake = rowOfZeros && i === 0 ? { first: 1, zeros: 0 } : { first: 0, zeros: rows - 1 };
    return bandsByExamples(builder, { ...padded, name }, sliding, toTake);
  });
  const [even, odd] = rowsOf(emission, gradient).map((half) => gatheredTaps(builder, half, sliding, block));
  const taps = sumsOfGradients(builder, [even!, odd!]);
  const products = seen.map((one, i) => slide(builder, one, taps[i]!, sliding)) as unknown as Four;
  const [planes, line] = [channels / block, kw * block];
  const filterRows = rowsOfFilterGradient(builder, products).map((row) =>
    builder.reshape(row, [(planes * outputs) / block, 1, line * block]),
  );
  const sums = builder.reshape(builder.op('Concat', filterRows, { axis: 1 }), [planes, outputs, 3, line]);
  emission.setFlat(value, filterFromSums(builder, sums, seen[0]!, { ...sliding, filter }));
  return true;
}

/**
 * Slides the gradient as a filter over the image with examples as channels: `[planes, filters, kh, kw * depth]`,
 * blocked by filters.
 */
function slide(
  builder: ModelBuilder,
  { name, planes, depth }: ByExamples,
  gradient: ValueName,
  { filter: [kh, kw], filters, parts, strides, bandRows, channels, result, rowPads }: Sliding,
): ValueName {
  const taps = builder.reshape(gradient, [parts * filters, channels / parts, bandRows, result[2]]);
  const products = builder.blocked('Conv', [name, taps], {
    kernel_shape: [bandRows, result[2]],
    dilations: [strides[0], strides[1] * depth],
    pads: [rowPads[0], 0, rowPads[1], 0],
    group: parts,
  });
  if (parts === 1) return products;
  const inParts = builder.reshape(products, [planes, parts, filters * kh * kw * depth]);
  const sum = builder.op('ReduceSum', [inParts, builder.ints(1)], { keepdims: 0 });
  return builder.reshape(sum, [planes, filters, kh, kw * depth]);
}

/** Converts the sums in blocks of filters to the gradient of the filter. */
function filterFromSums(
  builder: ModelBuilder,
  sums: ValueName,
  { planes, depth }: ByExamples,
  { filter }: Pick<Sliding, 'filter'>,
): ValueName {
  const [kh, kw, , outputs] = filter;
  const flat = builder.blocked('ReorderOutput', [sums], { channels: outputs, channels_last: 1 });
  const whole =
    planes === 1 ? flat : builder.transpose(builder.reshape(flat, [planes, kh, kw, depth, outputs]), [1, 2, 0, 3, 4]);
  return builder.reshape(whole, filter);
}
