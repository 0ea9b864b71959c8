import type { ChannelScoreName } from '../../../../protocol/steps/remove';
import { bnScale } from './bn-scale';
import { fpgm } from './fpgm';
import { l2, magnitude } from './magnitude';
import { random } from './random';
import type { ChannelScore } from './score';
import { taylor } from './taylor';

/** The scores of channels by the name that a recipe gives. A new one is a file here and a name in the schema. */
export const channelScores: Readonly<Record<ChannelScoreName, ChannelScore>> = {
  magnitude,
  l2,
  fpgm,
  'bn-scale': bnScale,
  taylor,
  random,
};
