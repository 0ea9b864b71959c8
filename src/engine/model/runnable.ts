import type { ModelContent } from '../checkpoint/types';
import { constraintNote } from './layers-model/constraints';
import { load } from './layers-model/load';
import { whyNotLoadable } from './layers-model/load-plan';
import type { Ends, Network } from './network';

/**
 * Why a model cannot be evaluated or trained, as one sentence; undefined where nothing speaks against it.
 * Looks at the description only: a model may still turn out not to load.
 */
export const whyNotRunnable = (model: ModelContent, ends: Ends = 'one'): string | undefined =>
  whyNotLoadable(model, ends);

/** What of a model training leaves out, as one sentence; undefined where that is nothing. */
export const leftOutOfTraining = (model: ModelContent): string | undefined => constraintNote(model);

/**
 * The network of a model, with a variable for each of its tensors that is a weight. The caller disposes of it.
 * @throws UserError where it cannot be run, see `whyNotRunnable`, where tensors and weights do not match one to one, or where
 * it holds NaN or infinite weights
 */
export const toNetwork = (model: ModelContent, ends: Ends = 'one'): Promise<Network> => load(model, ends);
