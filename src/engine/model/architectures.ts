import type { Architecture } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import { createArchitecture } from './layers-model/architectures';
import { fromLayersModel } from './layers-model/content';

/**
 * A network that ships, with random weights: takes images [batch, 28, 28, 1], puts out logits [batch, classes].
 * @param seed 0 or more; the same seed gives the same weights
 * @param classes as many as the architecture has by default where that is left out
 */
export function randomArchitecture(name: Architecture, seed: number, classes?: number): ModelContent {
  const model = createArchitecture(name, seed, classes);
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}
