import type { LossConfig } from '../../model/trained-for';
import type { Loss } from './loss';
import { categoricalCrossentropy, categoricalFocalCrossentropy, categoricalHinge, klDivergence } from './of-classes';
import { binaryCrossentropy, binaryFocalCrossentropy } from './of-units';
import { huber, pointwise } from './pointwise';
import { cosineSimilarity } from './similarity';

export type { Loss, Row } from './loss';

/** Makes the loss of a configuration. */
export function lossOf({ name, smoothing, delta, alpha, gamma, balanced }: LossConfig): Loss {
  switch (name) {
    case 'categorical_crossentropy':
      return categoricalCrossentropy(smoothing);
    case 'categorical_focal_crossentropy':
      return categoricalFocalCrossentropy(smoothing, alpha, gamma);
    case 'binary_crossentropy':
      return binaryCrossentropy(smoothing);
    case 'binary_focal_crossentropy':
      return binaryFocalCrossentropy({ share: smoothing, alpha: balanced ? alpha : null, gamma });
    case 'kl_divergence':
      return klDivergence;
    case 'categorical_hinge':
      return categoricalHinge;
    case 'cosine_similarity':
      return cosineSimilarity;
    case 'huber':
      return huber(delta);
    default:
      return pointwise(name);
  }
}
