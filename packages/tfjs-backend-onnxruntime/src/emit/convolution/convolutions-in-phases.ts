import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import type { Window } from '../../graph/operations';
import type { Pair, Phases } from '../emission';
import { windowAttributes } from './filters';

/**
 * A convolution of few channels as the phases of its result, which the pool after it and that pool's gradient compare as
 * they stand: four convolutions that slide by two pixels.
 *
 * @param inputs an image in NCHW order, a filter in blocks and, if there is one, a bias
 * @returns undefined where the convolution itself slides by more than one pixel
 */
export function convolveInPhases(
  builder: ModelBuilder,
  [image, ...inputs]: readonly [ValueName, ...ValueName[]],
  [, height, width]: readonly number[],
  window: Window,
  ending: Attributes,
): Phases | undefined {
  const { strides, pads } = window;
  if (strides.some((step) => step !== 1)) return undefined;
  const [top, left, bottom, right] = pads;
  const slide = (y: 0 | 1, x: 0 | 1): ValueName => {
    // The second of two pixels sees the image one pixel on: with less around it, or cut.
    const [cutRows, cutColumns] = [top < y ? 1 : 0, left < x ? 1 : 0];
    const ranges = [builder.ints(cutRows, cutColumns), builder.ints(height!, width!), builder.ints(2, 3)];
    const seen = cutRows + cutColumns === 0 ? image : builder.op('Slice', [image, ...ranges]);
    const around = [Math.max(0, top - y), Math.max(0, left - x), bottom, right] as const;
    const attributes = windowAttributes({ ...window, strides: [2, 2], pads: around });
    return builder.blocked('Conv', [seen, ...inputs], { ...attributes, ...ending });
  };
  const ofRow = (y: 0 | 1): Pair => [slide(y, 0), slide(y, 1)];
  return [ofRow(0), ofRow(1)];
}
