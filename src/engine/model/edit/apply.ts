import type { ModelContent } from '../../checkpoint/types';
import { editLayersModel } from '../layers-model/edits/apply';
import type { Edit } from './edit';

/** Copies a model with changes in its description, in the words of its file, and in the tensors that the changes give. */
export const applyEdits = <M extends ModelContent>(model: M, edits: readonly Edit[]): M =>
  edits.length === 0 ? model : editLayersModel(model, edits);
