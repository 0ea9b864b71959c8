import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { CALIBRATION_SAMPLES, ImportanceScoreName } from '../../protocol/steps/prune';
import { ChannelScoreName } from '../../protocol/steps/remove';
import type { ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/dataset';
import type { LayerCutter } from '../measure/sensitivity/cutter';
import { calibrate } from './prune/calibrate';
import { pruneCutter } from './prune/cutter';
import { channelGroups } from './remove/channels';
import { removeCutter } from './remove/cutter';
import { channelScores } from './remove/scores';

/** How layers are cut one at a time, as a scan or a target says it. */
export interface CutOptions {
  readonly by: 'prune' | 'remove';
  readonly score: string;
  readonly granularity?: string | undefined;
  readonly protect?: string[] | undefined;
}

/** What computing scores is given. */
export interface CutContext {
  readonly data: Dataset;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Cuts layers of a model, by weights or by channels; scores that need data are computed on training images first. @throws UserError, CancelledError */
export async function layerCutter(model: ModelContent, options: CutOptions, context: CutContext): Promise<LayerCutter> {
  const { by, granularity, protect } = options;
  const { data, seed, signal, onProgress } = context;
  if (by === 'remove') {
    if (granularity !== undefined)
      throw new UserError('Channels are removed whole, so a granularity means nothing here: leave it out, or prune.');
    const score = named(ChannelScoreName, options.score, 'channels');
    const scores = await channelScores[score].score({
      model,
      groups: channelGroups(model),
      samples: CALIBRATION_SAMPLES,
      dataset: data,
      seed,
      signal,
      onProgress,
    });
    return removeCutter(model, { score, protect }, scores);
  }
  const score = named(ImportanceScoreName, options.score, 'weights');
  const statistics = await calibrate(model, { score, samples: CALIBRATION_SAMPLES }, data, {
    seed,
    signal,
    onProgress,
  });
  return pruneCutter(model, { score, granularity, protect }, seed, statistics);
}

/** A score by its name. @throws UserError where it is none of these */
export function named<T extends string>(
  names: { readonly options: readonly T[] },
  score: string,
  what: 'weights' | 'channels',
): T {
  const found = names.options.find((name) => name === score);
  if (found === undefined)
    throw new UserError(`The score ${score} is not one of ${what}: choose ${names.options.join(', ')}.`);
  return found;
}
