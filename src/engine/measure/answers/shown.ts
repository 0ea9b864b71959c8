import { SHOWN_SIDE } from '../../../protocol/data-examples';
import { IMAGENET_CAFFE, ofChannel, sameNormalization, type Normalization } from '../../../protocol/normalization';
import type { Batch } from '../../dataset/examples';
import { numbersIn } from '../../dataset/numbers-in';
import { thumbnail } from '../../dataset/pictures/thumbnail';
import type { FedInput } from '../ends';

/** Numbers of an example that are shown where it is no picture. */
const SHOWN_VALUES = 12;

/** An example as it is shown: a picture, or its first numbers. */
export type Shown = { readonly picture: string } | { readonly values: number[] };

/** Height, width and channels of a picture. */
export type Form = readonly [number, number, 1 | 3];

/** Returns the form of examples that are pictures, gray or of three colors; undefined for others. */
export function pictureForm([height, width, channels = 1, ...others]: readonly number[]): Form | undefined {
  if (height === undefined || width === undefined || others.length > 0) return undefined;
  return channels === 1 || channels === 3 ? [height, width, channels] : undefined;
}

/**
 * Shows examples of a batch: by the first input that is a picture, else by the numbers of the first input. Numbers that
 * enter unchanged are a picture where they have height, width and channels; their own range goes from black to white.
 * @param side the longer side of pictures at most, in pixels
 */
export function showing(inputs: readonly FedInput[], batch: Batch, side = SHOWN_SIDE): (index: number) => Shown {
  const pictured = inputs.find(({ stored }) => formOf(stored) !== undefined);
  const input = pictured ?? inputs[0];
  if (!input) throw new Error('a network has an input');
  const { stored } = input;
  const all = input.valuesOf(batch);
  const size = numbersIn(stored.shape);
  const form = formOf(stored);
  return (index) => {
    const own = all.subarray(index * size, (index + 1) * size);
    if (!form) return { values: [...own.subarray(0, SHOWN_VALUES)] };
    return {
      picture: stored.normalization
        ? pictureOf(asDisplayed(own, form, stored.normalization), form, [0, 1], side)
        : pictureOf(own, form, rangeOf(own), side),
    };
  };
}

function formOf({ shape, normalization }: FedInput['stored']): Form | undefined {
  return normalization || shape.length === 3 ? pictureForm(shape) : undefined;
}

/** Undoes a normalization: returns shares of white, with channels in the order red, green, blue. */
function asDisplayed(values: Float32Array, [, , channels]: Form, normalization: Normalization): Float32Array {
  const { mean, std } = normalization;
  const isBgr = channels === 3 && sameNormalization(normalization, IMAGENET_CAFFE);
  return values.map((_, i) => {
    const channel = i % channels;
    const at = isBgr ? i - channel + (channels - 1 - channel) : i;
    return values[at]! * ofChannel(std, at % channels) + ofChannel(mean, at % channels);
  });
}

/** Returns the least and the largest of numbers. */
export function rangeOf(values: Float32Array): [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return [from, to];
}

/** Draws numbers as a picture, from black to white over a range. @param side its longer side at most, in pixels */
export function pictureOf(
  values: Float32Array,
  [height, width, channels]: Form,
  [from, to]: readonly [number, number],
  side = SHOWN_SIDE,
): string {
  const scale = to > from ? 255 / (to - from) : 0;
  const data = Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((value - from) * scale))));
  return thumbnail({ height, width, channels, data }, side);
}
