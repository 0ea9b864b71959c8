import { UserError } from '../../../protocol/errors';
import type { ModelContent } from '../../checkpoint/types';
import { compareOutputs, type CompareOptions, type OutputCheck } from '../difference/compare-outputs';

/**
 * Limit of the difference, as a share of the spread of an output, up to which two outputs count as equal. Sums of
 * float32 in another order differ by some millionths of the spread. One channel too many, or one in the wrong place,
 * differs by some hundredths.
 */
export const LARGEST_DIFFERENCE = 1e-3;

/**
 * Computes the largest difference between the outputs of two models with the same inputs. Uses the first validation
 * images, or else seeded noise.
 * @param expected the reference model; the spread of its outputs is the unit
 * @throws UserError where the difference exceeds `LARGEST_DIFFERENCE`, CancelledError
 */
export async function checkDifference(
  expected: ModelContent,
  got: ModelContent,
  options: CompareOptions = {},
): Promise<OutputCheck> {
  const compared = await compareOutputs(expected, got, LARGEST_DIFFERENCE, options);
  if (typeof compared === 'string') return { difference: null, notCompared: compared };
  const { spread: largest, samples, on } = compared;
  if (!Number.isFinite(largest))
    throw new UserError(
      'The outputs of the model are NaN or infinite, so they cannot be compared and nothing was written: use another checkpoint.',
    );
  if (!(largest <= LARGEST_DIFFERENCE))
    throw new UserError(
      `Without the removed channels the outputs differ by ${(100 * largest).toPrecision(2)}% of their spread, more than ${100 * LARGEST_DIFFERENCE}%, so nothing was written: protect layers until they agree, or remove fewer channels.`,
    );
  return { difference: { largest, relativeTo: 'spread', samples, on } };
}
