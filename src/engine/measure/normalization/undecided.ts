import { UserError } from '../../../protocol/errors';
import { NORMALIZATION_FORMS, trialWords, type NormalizationTrial } from '../../../protocol/normalization';

/** No normalization is clearly the best, so a person must name it. `trial` holds those that were tried. */
export class UndecidedNormalization extends UserError {
  constructor(readonly trial: NormalizationTrial) {
    super(
      `Nothing tells which pixels the model was trained on, because no normalization is clearly the best on ${trial.samples} images (${trialWords(trial)}): say it with --normalization, or as "normalization" of a recipe's data, ${NORMALIZATION_FORMS}.`,
    );
  }
}
