import type { DatasetDescriptor, Preprocess } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { IMAGENET_CAFFE, IMAGENET_TORCH, type Normalization } from '../../protocol/normalization';

const CONVENTIONS = {
  'imagenet-torch': { color: 'rgb', normalization: IMAGENET_TORCH },
  'imagenet-caffe': { color: 'bgr', normalization: IMAGENET_CAFFE },
} as const;

/** Preprocessing with the color of its convention, and the normalization that is given or follows from it. */
interface Conventional {
  readonly preprocess: Preprocess;
  readonly normalization: Normalization | undefined;
}

/**
 * Applies the convention of a description.
 * @param where names the data in a message
 * @throws UserError where another color is said beside it
 */
export function conventional(
  { preprocess = {}, normalization }: Pick<DatasetDescriptor, 'preprocess' | 'normalization'>,
  where: string,
): Conventional {
  const { convention, color } = preprocess;
  if (convention === undefined) return { preprocess, normalization };
  const known = CONVENTIONS[convention];
  if (color !== undefined && color !== known.color)
    throw new UserError(
      `The convention ${convention} of the dataset in ${where} is for ${known.color}, not for ${color}: leave one of the two out.`,
    );
  return { preprocess: { ...preprocess, color: known.color }, normalization: normalization ?? known.normalization };
}
