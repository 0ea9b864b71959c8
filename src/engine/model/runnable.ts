import type { ModelContent } from '../checkpoint/types';
import { constraintNote } from './layers-model/constraints';
import { load } from './layers-model/load';
import { whyNotLoadable } from './layers-model/load-plan';
import type { Network } from './network';

/**
 * Explains in one sentence why a model cannot be evaluated or trained; undefined where no reason is known.
 * Reads the description only: the model may still fail to load.
 */
export const whyNotRunnable = (model: ModelContent): string | undefined => whyNotLoadable(model);

/** Describes in one sentence what training ignores in a model; undefined where it ignores nothing. */
export const leftOutOfTraining = (model: ModelContent): string | undefined => constraintNote(model);

/**
 * Makes the network of a model, with a variable for each of its tensors that is a weight. The caller disposes of it.
 * @throws UserError where it cannot run, see `whyNotRunnable`, where tensors and weights do not match one to one, or
 * where it holds NaN or infinite weights
 */
export const toNetwork = (model: ModelContent): Promise<Network> => load(model);

export { useCustomLayers } from './layers-model/custom-layers';
