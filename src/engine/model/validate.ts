import type { ModelContent } from '../checkpoint/types';
import {
  validateDescription as validateLayers,
  validateWeights as validateLayerWeights,
} from './layers-model/validate';

/**
 * Checks the description of a model before its weights are read: whatever walks or builds a model may rely on it.
 * @param modelTopology from model.json
 * @throws UserError saying what is wrong with which layer
 */
export const validateDescription = (modelTopology: ModelContent['modelTopology']): void =>
  validateLayers(modelTopology);

/**
 * Checks that the layers of a model are set to the sizes that their weights have.
 * @throws UserError naming the first that is not
 */
export const validateWeights = (model: ModelContent): void => validateLayerWeights(model);
