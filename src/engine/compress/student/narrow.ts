import { UserError } from '../../../protocol/errors';
import { percent } from '../../../protocol/format';
import type { ModelContent } from '../../checkpoint/types';
import { channelGroups } from '../remove/channels';
import { coupledLayers } from '../remove/coupled-layers';
import { stopSentence, stopsOf } from '../remove/reached';
import { removeChannels } from '../remove/shrink';
import { axesWithUnits, withFreeUnits } from './free-units';

/**
 * Makes the layers of a model narrower: of the channels that layers make together, round(width n) of n stay, and at least
 * one. The channels of the outputs stay. Its weights are those of the first channels, and of no use before training.
 * @param width from 0 to 1
 * @throws UserError where no layer can be narrower
 */
export function narrowed(model: ModelContent, width: number): ModelContent {
  if (width === 1) return model;
  const groups = channelGroups(model, withFreeUnits);
  const free = coupledLayers(groups)
    .map((coupled) => coupled.groups.filter((group) => !groups.fixed.has(group)))
    .filter((channels) => channels.length > 0);
  const removed = free.flatMap((channels) => channels.slice(Math.max(1, Math.round(width * channels.length))));
  if (removed.length === 0)
    throw new UserError(
      `The model cannot be scaled to ${percent(width, 0)} of its width: ${free.length > 0 ? 'its layers are too narrow' : (stopSentence(stopsOf(groups)) ?? 'only its outputs make channels')}; choose a network as the student instead.`,
    );
  return removeChannels(model, groups, new Set(removed), axesWithUnits);
}
