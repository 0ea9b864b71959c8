import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Attributes } from '../../encoding/onnx-messages';
import type { Window } from '../../graph/operations';
import type { Pair, Phases } from '../emission';
import { windowAttributes } from './filters';

/**
 * Convolves an image of few channels into the phases of the result, as four convolutions with a stride of two. The pool
 * after it and the gradient of that pool compare the phases directly.
 *
 * @param inputs an image in NCHW order, a filter in blocks and optionally a bias
 * @returns undefined if the convolution itself has strides
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
    // The odd phases start one pixel later: they have less padding, or a smaller image.
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
