import type { ModelContent } from '../checkpoint/types';
import {
  validateDescription as validateLayers,
  validateWeights as validateLayerWeights,
} from './layers-model/validate';

/**
 * Checks the description of a model before its weights are read. Code that walks or builds a model relies on it.
 * @param modelTopology from model.json
 * @throws UserError that names the fault and the layer
 */
export const validateDescription = (modelTopology: ModelContent['modelTopology']): void =>
  validateLayers(modelTopology);

/**
 * Checks that the sizes in the description match the weights.
 * @throws UserError naming the first that does not
 */
export const validateWeights = (model: ModelContent): void => validateLayerWeights(model);
