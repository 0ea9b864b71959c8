import type { ChannelScoreName } from '../../../../protocol/steps/remove';
import { bnScale } from './bn-scale';
import { fpgm } from './fpgm';
import { l2, magnitude } from './magnitude';
import { random } from './random';
import type { ChannelScore } from './score';
import { taylor } from './taylor';

/** Channel scores by their names in a recipe. A new score is a file here and a name in the schema. */
export const channelScores: Readonly<Record<ChannelScoreName, ChannelScore>> = {
  magnitude,
  l2,
  fpgm,
  'bn-scale': bnScale,
  taylor,
  random,
};
