import { UserError } from '../../../protocol/errors';
import { normalizationWords, sameNormalization, type NormalizationInUse } from '../../../protocol/normalization';
import { studentKind, type DistillStep } from '../../../protocol/steps/distill';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset, OpenData } from '../../dataset/open-data';
import { fitDataToOther } from '../../measure/normalization/fit';
import { UndecidedNormalization } from '../../measure/normalization/undecided';
import type { Network } from '../../model/network';

/** The data of a run: as it was opened, and as its first model takes it. */
export interface RunData {
  readonly opened: OpenData | null;
  readonly data: Dataset | null;
}

/**
 * Requires that a student that begins with weights of its own was trained on pixels as the first model of the run takes
 * them: the steps after it, and whoever opens its checkpoint, would show it other ones.
 * @param running the student
 * @throws UserError where it takes other pixels, or other examples; CancelledError
 */
export async function requireSamePixels(
  { student }: Pick<DistillStep, 'student'>,
  model: ModelContent,
  running: Network,
  { opened, data }: RunData,
): Promise<void> {
  if (studentKind(student).kind !== 'checkpoint' || !opened || !data) return;
  const its = await pixelsOf(student, model, running, opened);
  if (!its || sameNormalization(its, data.normalization)) return;
  throw new UserError(
    `The student "${student}" takes pixels with ${normalizationWords(its)}, but the model of the run with ${normalizationWords(data.normalization)}: choose a student that takes the same, or start from the student, and fine-tune it with this model as the teacher.`,
  );
}

/** Finds the normalization that a student was trained with; undefined where nothing tells, as it has learned nothing. */
async function pixelsOf(
  student: string,
  model: ModelContent,
  running: Network,
  opened: OpenData,
): Promise<NormalizationInUse | undefined> {
  try {
    return (await fitDataToOther(model, opened, { lend: (ask) => ask(running) })).normalization;
  } catch (error) {
    if (error instanceof UndecidedNormalization) return undefined;
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `The student "${student}" does not fit the data: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`,
    );
  }
}
