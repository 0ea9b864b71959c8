import type { ModelContent } from '../../src/engine/checkpoint/types';
import { load } from '../../src/engine/model/layers-model/load';
import type { LayersModel } from '../../src/engine/model/layers-model/tfjs-layers';

/** The model as TensorFlow.js runs it. The caller disposes of it. */
export const toLayersModel = async (content: ModelContent): Promise<LayersModel> => (await load(content)).model;
