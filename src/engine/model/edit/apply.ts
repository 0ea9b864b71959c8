import type { ModelContent } from '../../checkpoint/types';
import { editLayersModel } from '../layers-model/edits/apply';
import type { Edit } from './edit';

/** A copy of a model with changes in its description, written in the words of its file, and in the tensors that they give it. */
export const applyEdits = <M extends ModelContent>(model: M, edits: readonly Edit[]): M =>
  edits.length === 0 ? model : editLayersModel(model, edits);
