import type { Architecture } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import { createArchitecture } from './layers-model/architectures';
import { fromLayersModel } from './layers-model/content';

/**
 * Makes a built-in network with random weights. It takes images [batch, 28, 28, 1] and returns logits [batch, classes].
 * @param seed 0 or more; the same seed gives the same weights
 * @param classes default: the number of the architecture
 */
export function randomArchitecture(name: Architecture, seed: number, classes?: number): ModelContent {
  const model = createArchitecture(name, seed, classes);
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}
