import { UserError } from '../../protocol/errors';
import type { Architecture } from '../../protocol/steps/architecture';
import type { ModelContent } from '../checkpoint/types';
import { createArchitecture, type NetworkOptions } from './layers-model/architectures';
import { fromLayersModel } from './layers-model/content';

export { newNetwork, redrawn } from './layers-model/new-network';

/**
 * Makes a built-in network with random weights, which answers with logits [batch, outputs], or as its activation says.
 * @param seed 0 or more; the same seed gives the same weights
 * @throws UserError where its examples are too small for it
 */
export function randomArchitecture(name: Architecture, seed: number, options: NetworkOptions = {}): ModelContent {
  const model = created(name, seed, options);
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}

function created(name: Architecture, seed: number, options: NetworkOptions) {
  try {
    return createArchitecture(name, seed, options);
  } catch (error) {
    if (error instanceof UserError || !options.input) throw error;
    throw new UserError(
      `The network ${name} cannot read examples of ${options.input.join('x')}, because they are too small for its layers: choose another network, or larger examples.`,
      { cause: error },
    );
  }
}
