import { UserError } from '../../../../protocol/errors';
import type { ChannelScoreName } from '../../../../protocol/steps/remove';
import { bnScale } from './bn-scale';
import { fpgm } from './fpgm';
import { l2, magnitude } from './magnitude';
import { random } from './random';
import type { ChannelScore } from './score';

/** The scores of channels by the name that a recipe gives. A new one is a file here and a name in the schema. */
export const channelScores: Readonly<Record<ChannelScoreName, ChannelScore>> = {
  magnitude,
  l2,
  fpgm,
  'bn-scale': bnScale,
  taylor: () => {
    throw new UserError('The score taylor of channels cannot be computed yet: choose magnitude or fpgm.');
  },
  random,
};

/** Whether a score is computed on training images. */
export const scoreNeedsData = (score: ChannelScoreName): boolean => score === 'taylor';
