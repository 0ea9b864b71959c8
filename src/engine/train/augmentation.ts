import { UserError } from '../../protocol/errors';
import type { Augment } from '../../protocol/steps/augment';
import type { Change } from '../dataset/change';
import type { Dataset } from '../dataset/open-data';
import { Random } from '../dataset/random';

/** Separates changes of images from other uses of the same seed. */
const AUGMENT_STREAM = 0xa4637;

/**
 * Checks that the examples are images that can be changed so.
 * @throws UserError
 */
export function checkAugment(
  { crop = 0 }: Augment,
  { info, kind, shape }: Pick<Dataset, 'info' | 'kind' | 'shape'>,
): void {
  const [height, width, channels] = shape;
  if (kind !== 'pixels' || height === undefined || width === undefined || channels === undefined || shape.length !== 3)
    throw new UserError(
      `The examples of ${info.name} are no images of pixels, so that "augment" cannot change them: leave "augment" out.`,
    );
  if (crop >= Math.min(height, width))
    throw new UserError(
      `The images of ${info.name} are ${height}x${width}, so that "crop" in "augment" must be less than ${Math.min(height, width)} pixels: give a smaller one.`,
    );
}

/**
 * Draws the changes of these examples in one epoch. Each option has its own draws: another value of one leaves
 * the others as they are.
 * @param shape of one example: height, width and channels
 * @param seeds of the training, and the epoch
 */
export function changesFor(
  { flip, shift = 0, crop = 0, rotate = 0, brightness = 0 }: Augment,
  [height = 1, width = 1]: readonly number[],
  members: Uint32Array,
  seeds: readonly number[],
): Change[] {
  return Array.from(members, (member) => {
    const random = new Random(AUGMENT_STREAM, ...seeds, member);
    /** In 0 up to 1. */
    const share = (): number => random.uint32() / 2 ** 32;
    const either = (most: number): number => 2 * most * share() - most;
    const whole = (most: number): number => Math.floor(share() * (2 * most + 1)) - most;
    const [flipX, flipY] = [share() < 0.5, share() < 0.5];
    const [shiftX, shiftY] = [whole(Math.round(shift * width)), whole(Math.round(shift * height))];
    const [cropX, cropY] = [whole(crop), whole(crop)];
    return {
      flipX: flipX && (flip === 'horizontal' || flip === 'both'),
      flipY: flipY && (flip === 'vertical' || flip === 'both'),
      right: shiftX + cropX,
      down: shiftY + cropY,
      degrees: either(rotate),
      brightness: either(brightness),
    };
  });
}
