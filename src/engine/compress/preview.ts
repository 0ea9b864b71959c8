import { UserError } from '../../protocol/errors';
import type { Preview, PreviewAccuracy, PreviewBytes, PreviewPart, Progress } from '../../protocol/measure';
import { needsImages, type PruneStep } from '../../protocol/steps/prune';
import { plannedSizes } from '../checkpoint/sizes';
import { storageNotes } from '../checkpoint/storage-notes';
import type { Session } from '../checkpoint/store';
import type { Tensors } from '../checkpoint/types';
import type { Dataset } from '../dataset/dataset';
import type { LayersModel } from '../model/runnable';
import { stageOf } from '../model/stage';
import { pauseUnless } from '../pause';
import { calibrate } from './prune/calibrate';
import { carryOut } from './prune/carry-out';
import { planPrune } from './prune/plan';
import type { Statistics } from './prune/scores/score';

/** Figures of one evaluation on the preview's images. */
export type SampleScores = Omit<PreviewAccuracy, 'baseline'>;

/** How accuracy is measured: by whoever knows the dataset. */
export interface SampleEvaluator {
  /** Names dataset, split and number of samples: what was measured under one key is not measured again. */
  readonly key: string;
  /** Leaves the event loop free between batches, and throws CancelledError soon after `signal` aborts. */
  evaluate(model: LayersModel, signal: AbortSignal): Promise<SampleScores>;
}

/** The training images that some scores need. */
export interface Calibration {
  /** Names dataset and seed: what was computed under one key is not computed again. */
  readonly key: string;
  readonly data: Dataset;
}

/** What a preview is given beside the plan. */
export interface PreviewOptions {
  readonly signal?: AbortSignal | undefined;
  /** The recipe's seed, for random scores. */
  readonly seed?: number | undefined;
  /** For scores that need data. */
  readonly calibration?: Calibration | undefined;
  /** Told how far the score is, the counts, then the bytes, as soon as they are known. */
  readonly onPart?: ((part: PreviewPart) => void) | undefined;
  /** How accuracy is measured, found out once counts and bytes are told; or the reason why there is none. */
  readonly accuracy: ((signal: AbortSignal) => Promise<SampleEvaluator>) | string;
}

/**
 * What a prune step would come to, without writing anything: counts, bytes, and accuracy on a sample.
 * @param session the open checkpoint; keeps a model of its own for previews, so that other questions are not disturbed
 * @throws UserError where the step does not fit the model, CancelledError
 */
export async function preview(session: Session, step: PruneStep, options: PreviewOptions): Promise<Preview> {
  const { checkpoint } = session;
  const { onPart, accuracy } = options;
  const cancel = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, cancel.signal]) : cancel.signal;
  const statistics = await calibrated(session, step, options, signal);
  const plan = planPrune(checkpoint, step, options.seed, statistics);
  onPart?.({ part: 'counts', counts: { layers: [...plan.layers], totals: plan.totals } });
  await pauseUnless(signal);
  const data = options.calibration?.data ?? null;
  const { tensors, ...counts } = await carryOut(checkpoint, step, plan, data, lookingAt(options, signal));
  const pruned = { ...checkpoint, tensors };
  const sized = plannedSizes(pruned, { signal }).then(({ bytes, gzipBytes }): PreviewBytes => {
    onPart?.({ part: 'bytes', bytes: { bytes, gzipBytes } });
    return { bytes, gzipBytes };
  });
  // Bytes before accuracy: side by side they take the processor from each other, and both come later.
  const measured =
    typeof accuracy === 'string'
      ? Promise.resolve(accuracy)
      : sized.then(() => measureAccuracy(session, pruned.tensors, accuracy, signal));
  try {
    const [bytes, scores] = await Promise.all([sized, measured]);
    const notes = storageNotes(checkpoint, pruned);
    return {
      counts,
      bytes,
      ...(typeof scores === 'string' ? { accuracy: null, noAccuracy: scores } : { accuracy: scores }),
      ...(notes.length === 0 ? {} : { notes }),
    };
  } finally {
    // Where one half failed the other stops too, and both have let go of the checkpoint before it may be forgotten.
    cancel.abort();
    await Promise.allSettled([sized, measured]);
  }
}

/** What the score knows of the training images, once for all amounts. A turn of its own on the stage: one that is cancelled must not take another with it. */
async function calibrated(
  session: Session,
  step: PruneStep,
  options: PreviewOptions,
  signal: AbortSignal,
): Promise<Statistics | undefined> {
  const { calibration } = options;
  if (!needsImages(step.score) || !calibration) return undefined;
  const stage = await stageOf(session);
  return stage.exclusively(async () => {
    await pauseUnless(signal);
    return session.memo(`calibration:${step.score}:${step.samples}:${calibration.key}`, () =>
      calibrate(session.checkpoint, step, calibration.data, lookingAt(options, signal)),
    );
  });
}

const lookingAt = ({ seed = 0, onPart }: PreviewOptions, signal: AbortSignal) => ({
  seed,
  signal,
  onProgress: (progress: Progress) => onPart?.({ part: 'progress', progress }),
});

/** Accuracy as planned and as it is; a sentence where the model cannot be evaluated on these images. */
async function measureAccuracy(
  session: Session,
  tensors: Tensors,
  evaluatorOf: (signal: AbortSignal) => Promise<SampleEvaluator>,
  signal: AbortSignal,
): Promise<PreviewAccuracy | string> {
  try {
    const evaluator = await evaluatorOf(signal);
    const stage = await stageOf(session);
    return await stage.exclusively(async (model) => {
      await pauseUnless(signal);
      const baseline = await session.memo(`baseline:${evaluator.key}`, () => {
        stage.show(session.checkpoint.tensors);
        return evaluator.evaluate(model, signal);
      });
      await pauseUnless(signal);
      stage.show(tensors);
      const scores = await evaluator.evaluate(model, signal);
      return { ...scores, baseline: baseline.accuracy };
    });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
