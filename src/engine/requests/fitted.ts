import type { DataReference } from '../../protocol/dataset';
import type { NormalizationAnswer } from '../../protocol/engine';
import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { Session } from '../checkpoint/store';
import type { Dataset, OpenData } from '../dataset/open-data';
import { fitData, triedNormalizations, type FitOptions } from '../measure/normalization/fit';
import { UndecidedNormalization } from '../measure/normalization/undecided';
import { weightSwapOf } from '../model/weight-swap';
import { pauseUnless } from '../pause';
import type { Engine } from './engine';

/** Who waits for an answer and hears its progress. */
interface Listener {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Opens data as the checkpoint of a session takes it. The session keeps the result of a trial, so that no other request
 * tries again.
 * @throws UserError, UndecidedNormalization, CancelledError
 */
export function fitted(session: Session, data: OpenData, listener: Listener): Promise<Dataset> {
  return fitData(session.checkpoint, data, optionsFor(session, data, listener));
}

/** Runs `work` with an open checkpoint and with data as it takes them. @throws UserError, CancelledError */
export const withFitted = <T>(
  engine: Engine,
  { model, data }: { readonly model: string; readonly data: DataReference },
  listener: Listener,
  work: (session: Session, dataset: Dataset) => Promise<T>,
): Promise<T> =>
  engine.checkpoints.use(
    model,
    async (session) => {
      const opened = await engine.openData(data, '/', { download: true, ...listener });
      return work(session, await fitted(session, opened, listener));
    },
    listener,
  );

const optionsFor = (session: Session, data: OpenData, listener: Listener): FitOptions => ({
  ...listener,
  lend: async (work) => {
    const swap = await weightSwapOf(session);
    return swap.exclusively(async (running) => {
      await pauseUnless(listener.signal);
      swap.set(session.checkpoint.tensors);
      return work(running);
    });
  },
  // The model is held meanwhile: nobody waits for a trial that somebody else may cancel.
  keep: (make) => session.memo(`normalization:${data.key}`, make),
});

/**
 * Answers `normalization`.
 * @param tries true: the answer has the evidence of a trial even where nothing had to be tried
 * @throws CancelledError
 */
export async function normalizationAnswer(
  session: Session,
  data: OpenData,
  listener: Listener,
  tries = false,
): Promise<NormalizationAnswer> {
  try {
    const { normalization } = await fitted(session, data, listener);
    const isNumbers = normalization.from === 'values';
    if (!tries || isNumbers || normalization.trial) return { kind: 'found', normalization };
    const trial = await triedNormalizations(session.checkpoint, data, optionsFor(session, data, listener));
    return { kind: 'found', normalization: { ...normalization, trial } };
  } catch (error) {
    if (error instanceof UndecidedNormalization)
      return { kind: 'undecided', sentence: error.message, trial: error.trial };
    if (error instanceof UserError) return { kind: 'none', reason: error.message };
    throw error;
  }
}
