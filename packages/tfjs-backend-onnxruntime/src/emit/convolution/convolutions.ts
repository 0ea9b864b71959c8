import { sizeOf } from '../../graph/native-types';
import type { Activation } from '../../graph/operations';
import type { ValueName } from '../../encoding/model-builder';
import type { NativeValue, PendingNode, PendingValue, Value } from '../../graph/value';
import type { FusedConvolution } from '../../passes/rewrites';
import { activate, BLOCKED_ACTIVATIONS, KEEPS_ZERO } from '../elementwise/activations';
import type { Emission } from '../emission';
import { partsOfPhases, partsOfRows } from '../layout/image-parts';
import { blocksAndRest, remainingChannels, convolveInParts } from './channel-remainders';
import { convolveInPhases } from './convolutions-in-phases';
import { blockedFilter, blockedOutputFilter, type FilterShape, windowAttributes } from './filters';
import { minimalConvolution, minimalScratchBytes, suitsMinimalFiltering } from './minimal-filtering';
import { convolveToOne } from './single-output';
import { fillsBlocks, filterInWholeBlocks, imageInWholeBlocks } from './whole-blocks';

export function emitConv2D(emission: Emission, value: PendingValue<'Conv2D'>): void {
  const { inputs, operation } = value.node;
  convolve(emission, value, value.node, inputs[2], operation.attributes.activation);
}

/** Emits a fused convolution in place of the operation that ended it. */
export function emitFusedConvolution(
  emission: Emission,
  value: NativeValue,
  { convolution, bias, relu }: FusedConvolution,
): void {
  convolve(emission, value, convolution.node, bias, { name: relu ? 'relu' : 'linear', alpha: 0 });
}

function convolve(
  emission: Emission,
  value: NativeValue,
  node: PendingNode<'Conv2D'>,
  bias: Value | undefined,
  activation: Activation,
): void {
  const { builder, block } = emission;
  const image = node.inputs[0]!;
  const imageShape = node.inputShapes[0]!;
  const filterShape = node.inputShapes[1] as FilterShape;
  const [h, w, channels, filters] = filterShape;
  const filter = emission.flat(node.inputs[1]!, filterShape);
  const { window } = node.operation.attributes;
  const attributes = windowAttributes(window);
  const inputBlocks = channels >= block || emission.hasFilledBlocks(image);
  // A few output channels of many input channels are far slower one by one than a block that is mostly zeros.
  if (!fillsBlocks(block, inputBlocks ? [channels, Math.max(filters, block)] : [filters])) {
    const biases = bias === undefined ? [] : [emission.flat(bias, [filters])];
    const inputs = [emission.nchw(image, imageShape), builder.transpose(filter, [3, 2, 0, 1]), ...biases];
    emission.setNchw(value, activate(builder, builder.op('Conv', inputs, attributes), activation));
    return;
  }
  if (inputBlocks && filters === 1 && h * w > 1) {
    const whole = filterInWholeBlocks(emission, filter, filterShape, [true, false]);
    const blocks = imageInWholeBlocks(emission, image, imageShape);
    const sums = convolveToOne(emission, blocks, whole, attributes, [value.shape[0]!, sizeOf(value.shape)]);
    const total = bias === undefined ? sums : builder.op('Add', [sums, emission.flat(bias, [1])]);
    emission.setFlat(value, builder.reshape(activate(builder, total, activation), value.shape));
    return;
  }
  const left = inputBlocks ? remainingChannels(block, channels, filterShape) : 0;
  const whole = filterInWholeBlocks(emission, filter, filterShape, [inputBlocks && left === 0, true]);
  const missing = whole.shape[3] - filters;
  const flatBias = bias === undefined ? undefined : emission.flat(bias, [filters]);
  const wholeBias =
    flatBias === undefined || missing === 0 ? flatBias : builder.op('Pad', [flatBias, builder.ints(0, missing)]);
  const biases = wholeBias === undefined ? [] : [wholeBias];
  const builtIn = BLOCKED_ACTIVATIONS[activation.name];
  const ending = builtIn === undefined ? {} : { activation: builtIn };
  const keepsZero = missing === 0 || KEEPS_ZERO.has(activation.name);
  const endsWithin = builtIn !== undefined || activation.name === 'linear';
  const planes = [value.shape[0]!, whole.shape[3], value.shape[1]!, value.shape[2]!] as const;
  if (endsWithin && inputBlocks && suitsMinimalFiltering(block, window, value.shape, filterShape, 'image')) {
    builder.noteScratch(minimalScratchBytes(planes, channels));
    const blocks = imageInWholeBlocks(emission, image, imageShape);
    const rows = minimalConvolution(emission, blocks, filter, filterShape, wholeBias ?? '', ending);
    emission.setParts(value, partsOfRows(emission, rows, planes));
    return;
  }
  if (endsWithin && missing === 0 && !inputBlocks && emission.rewrites.halvedImages.has(value)) {
    const inputs = [blockedOutputFilter(builder, whole.filter, whole.shape, block), ...biases];
    const nchw = emission.nchw(image, imageShape);
    const phases = convolveInPhases(builder, [nchw, ...inputs], imageShape, window, ending);
    if (phases !== undefined) {
      emission.setParts(value, partsOfPhases(emission, phases, planes));
      return;
    }
  }
  let result: ValueName;
  if (left > 0) {
    const parts = blocksAndRest(emission, image, imageShape, left);
    result = convolveInParts(emission, parts, { ...whole, bias: wholeBias }, attributes, ending);
  } else {
    const inputs = inputBlocks
      ? [imageInWholeBlocks(emission, image, imageShape), blockedFilter(builder, whole.filter, whole.shape, block)]
      : [emission.nchw(image, imageShape), blockedOutputFilter(builder, whole.filter, whole.shape, block)];
    result = builder.blocked('Conv', [...inputs, ...biases], { ...attributes, ...ending });
  }
  const activated = builtIn === undefined ? activate(builder, result, activation) : result;
  if (keepsZero) emission.setBlocked(value, activated);
  else emission.setFlat(value, builder.blocked('ReorderOutput', [activated], { channels: filters, channels_last: 1 }));
}
