import { UserError } from '../../../protocol/errors';
import { NORMALIZATION_FORMS, trialWords, type NormalizationTrial } from '../../../protocol/normalization';

/** No normalization is clearly the best: a person must say it. `trial` is what was tried. */
export class UndecidedNormalization extends UserError {
  constructor(readonly trial: NormalizationTrial) {
    super(
      `Nothing tells which pixels the model was trained on, because no normalization is clearly the best on ${trial.samples} images (${trialWords(trial)}): say it with --normalization, or as "normalization" of a recipe's data, ${NORMALIZATION_FORMS}.`,
    );
  }
}
