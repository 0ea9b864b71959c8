import type { ValueName } from '../../encoding/model-builder';
import { sameShape } from '../../graph/native-types';
import { tilesInput } from '../../graph/operations';
import type { NativeValue, PendingNode, PendingValue, Value } from '../../graph/value';
import { slideBackwards } from '../convolution/depthwise';
import type { Emission, Pair, Parts } from '../emission';
import { roundUp } from '../convolution/filters';
import { equalMask, notNegativeMask, positiveMask } from '../elementwise/masks';
import { maximaOfPairs, maximaOfRows } from './pools';
import { joinColumns, joinRows, partsOfPhases } from '../layout/image-parts';
import { insertZeros } from '../convolution/zero-insertion';

export function emitMaxPoolGradient(emission: Emission, value: PendingValue<'MaxPoolGradient'>): void {
  const tiles = tilesInput(value.node.operation.attributes.window, value.shape);
  if (tiles) distributeToMaxima(emission, value, value.node, false);
  else scatterToMaxima(emission, value);
}

/** Emits the gradient of a max-pool times the mask of the relu before it. */
export function emitMaskedPoolGradient(
  emission: Emission,
  value: NativeValue,
  node: PendingNode<'MaxPoolGradient'>,
): void {
  distributeToMaxima(emission, value, node, true);
}

/**
 * Gives the gradient of each window to its first maximum, as the cpu kernel does. The image is split into one tensor
 * per pixel of the window. Each pixel takes the rest of the gradient if it equals the maximum.
 */
function distributeToMaxima(
  emission: Emission,
  value: NativeValue,
  node: PendingNode<'MaxPoolGradient'>,
  masked: boolean,
): void {
  const { builder, block } = emission;
  const [gradient, image, pooled] = node.inputs as [Value, Value, Value];
  // Not the shape of the value: under the mask of a relu, this may be a volume or a series that is pooled as images.
  const [n, h, w, c] = node.inputShapes[1] as [number, number, number, number];
  const [kh, kw] = node.operation.attributes.window.kernel;
  const [rows, columns] = [h / kh, w / kw];
  const inBlocks =
    value.shape.length === 4 &&
    sameShape(image.shape, value.shape) &&
    [gradient, pooled].every((input) => input.shape.length === 4) &&
    (emission.canBlock(c) || [gradient, image, pooled].every((input) => emission.hasFilledBlocks(input)));
  const [planes, depth] = inBlocks ? [(n * roundUp(c, block)) / block, block] : [n, c];
  const form = (input: Value): ValueName => (inBlocks ? emission.blocked(input) : emission.flat(input));
  const small = [planes, rows, columns, depth];

  const maxima = builder.reshape(form(pooled), small);
  let rest = builder.reshape(form(gradient), small);
  if (masked) rest = builder.op('Mul', [rest, positiveMask(builder, maxima)]);
  if (inBlocks && kh === 2 && kw === 2) {
    emission.setParts(value, distributeInHalves(emission, image, rest));
    return;
  }
  const takeShare = (pixel: ValueName): ValueName => {
    const share = builder.op('Mul', [equalMask(builder, pixel, maxima), rest]);
    rest = builder.op('Sub', [rest, share]);
    return share;
  };

  const windowRows = pieces(emission, builder.reshape(form(image), [planes, rows, kh, w * depth]), 2, kh);
  const gradientRows = windowRows.map((row, y) => {
    const pixels = pieces(emission, builder.reshape(row, [planes, rows, columns, kw, depth]), 3, kw);
    const shares = pixels.map((pixel, x) => {
      const isLast = y === kh - 1 && x === kw - 1;
      const share = isLast ? rest : takeShare(builder.reshape(pixel, small));
      return builder.reshape(share, [planes, rows, columns, 1, depth]);
    });
    const joined = shares.length === 1 ? shares[0]! : builder.op('Concat', shares, { axis: 3 });
    return builder.reshape(joined, [planes, rows, 1, w * depth]);
  });
  const all = gradientRows.length === 1 ? gradientRows[0]! : builder.op('Concat', gradientRows, { axis: 2 });
  if (inBlocks) emission.setBlocked(value, builder.reshape(all, [n, roundUp(c, block), h, w]));
  else emission.setFlat(value, builder.reshape(all, value.shape));
}

/**
 * Does the same for 2 x 2 windows in blocks, by rows and then by columns. The first maximum is in the upper row unless
 * the lower row is greater, and on the left unless the right is greater.
 */
function distributeInHalves(emission: Emission, image: Value, gradient: ValueName): Parts {
  const { builder, block } = emission;
  const [n, h, w, channels] = image.shape as [number, number, number, number];
  const c = roundUp(channels, block);
  const share = (of: ValueName, differences: ValueName): Pair => {
    const first = builder.op('Mul', [of, notNegativeMask(builder, differences)]);
    return [first, builder.op('Sub', [of, first])];
  };
  const condensed = builder.reshape(gradient, [n, c, h / 2, w / 2]);
  const parts = emission.parts(image);
  const maxima = parts && maximaOfRows(builder, parts);
  if (parts && maxima) {
    const ofRows = share(condensed, builder.op('Sub', maxima));
    const ofColumns = (row: 0 | 1): Pair => {
      const differences = parts.phases
        ? builder.op('Sub', parts.phases[row])
        : differenceOfPairs(emission, parts.rows!()[row], c, [1, 2]);
      return share(ofRows[row], differences);
    };
    return partsOfPhases(emission, [ofColumns(0), ofColumns(1)], [n, c, h, w], condensed);
  }
  const rowMaxima = maximaOfPairs(builder, emission.blocked(image));
  const ofRows = share(condensed, differenceOfPairs(emission, rowMaxima, c, [2, 1]));
  const joined = joinRows(builder, ofRows, [n, c, h, w / 2], block);
  const halves = share(joined, differenceOfPairs(emission, emission.blocked(image), c, [1, 2]));
  const join = (): ValueName => joinColumns(builder, halves, [n, c, h, w], block);
  return { join, rows: null, phases: null, condensed };
}

/**
 * Subtracts the second pixel of each pair from the first, in blocks, by a depthwise convolution that copies nothing.
 */
function differenceOfPairs(
  { builder, block }: Emission,
  blocks: ValueName,
  channels: number,
  pair: readonly [number, number],
): ValueName {
  const signs = Float32Array.from({ length: 2 * channels }, (_, i) => (Math.floor(i / block) % 2 === 0 ? 1 : -1));
  const key = `differences ${channels} ${pair.join()}`;
  const taps = builder.once(key, () => builder.constant('float32', [channels, 1, ...pair], signs));
  return builder.blocked('Conv', [blocks, taps], { kernel_shape: pair, strides: pair, group: channels });
}

function pieces(emission: Emission, whole: ValueName, axis: number, count: number): ValueName[] {
  return count === 1 ? [whole] : emission.builder.split(whole, axis, count);
}

/**
 * Does the same for windows that overlap, leave gaps or reach into padding. Scatters the shares of each pixel of the
 * window and adds them.
 */
function scatterToMaxima(emission: Emission, value: PendingValue<'MaxPoolGradient'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const [n, h, w, c] = value.shape as [number, number, number, number];
  const [, rows, columns] = inputShapes[2] as [number, number, number, number];
  const { kernel, strides, pads } = operation.attributes.window;
  const reach = [(rows - 1) * strides[0] + kernel[0], (columns - 1) * strides[1] + kernel[1]] as const;
  const ends = [reach[0] - pads[0] - h, reach[1] - pads[1] - w];
  const lowest = builder.float(Number.NEGATIVE_INFINITY);
  const paddings = builder.ints(0, pads[0], pads[1], 0, 0, ...ends, 0);
  const padded = builder.op('Pad', [emission.flat(inputs[1]!, value.shape), paddings, lowest]);
  const maxima = emission.flat(inputs[2]!, inputShapes[2]);
  let rest = emission.flat(inputs[0]!, inputShapes[0]);
  const shares: ValueName[] = [];
  for (let y = 0; y < kernel[0]; y++) {
    for (let x = 0; x < kernel[1]; x++) {
      const stop = [y + (rows - 1) * strides[0] + 1, x + (columns - 1) * strides[1] + 1];
      const ranges = [builder.ints(y, x), builder.ints(...stop), builder.ints(1, 2), builder.ints(...strides)];
      const pixel = builder.op('Slice', [padded, ...ranges]);
      const share = builder.op('Mul', [equalMask(builder, pixel, maxima), rest]);
      rest = builder.op('Sub', [rest, share]);
      const start = [y - pads[0], x - pads[1]] as const;
      shares.push(insertZeros(builder, share, [n, rows, columns, c], strides, [h, w], start));
    }
  }
  emission.setFlat(value, shares.length === 1 ? shares[0]! : builder.op('Sum', shares));
}

/** Gives each pixel of a window an equal share, including pixels in the padding, as the cpu kernel does. */
export function emitAveragePoolGradient(emission: Emission, value: PendingValue<'AveragePoolGradient'>): void {
  const { builder } = emission;
  const { inputs, inputShapes, operation } = value.node;
  const { window } = operation.attributes;
  const [n, h, w, c] = value.shape as [number, number, number, number];
  const [kh, kw] = window.kernel;
  if (!tilesInput(window, value.shape)) {
    const shape = [kh, kw, c, 1] as const;
    const taps = builder.constant('float32', shape, new Float32Array(kh * kw * c).fill(1 / (kh * kw)));
    const gradientShape = inputShapes[0] as [number, number, number, number];
    slideBackwards(emission, value, inputs[0]!, gradientShape, taps, shape, window);
    return;
  }
  const gradient = emission.flat(inputs[0]!, [n, h / kh, 1, w / kw, 1, c]);
  const share = builder.op('Mul', [gradient, builder.float(1 / (kh * kw))]);
  const expanded = builder.op('Expand', [share, builder.ints(n, h / kh, kh, w / kw, kw, c)]);
  emission.setFlat(value, builder.reshape(expanded, value.shape));
}
