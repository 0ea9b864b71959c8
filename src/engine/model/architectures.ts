import type { Architecture } from '../../protocol/steps/architecture';
import type { ModelContent } from '../checkpoint/types';
import { createArchitecture, type NetworkOptions } from './layers-model/architectures';
import { fromLayersModel } from './layers-model/content';

export { newNetwork } from './layers-model/new-network';

/**
 * Makes a built-in network with random weights, which answers with logits [batch, outputs].
 * @param seed 0 or more; the same seed gives the same weights
 */
export function randomArchitecture(name: Architecture, seed: number, options: NetworkOptions = {}): ModelContent {
  const model = createArchitecture(name, seed, options);
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}
