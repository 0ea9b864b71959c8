import { UserError } from '../../protocol/errors';
import type { ModelTopology } from '../../protocol/topology';
import type { ModelContent } from '../checkpoint/types';
import { coupledChannels } from '../compress/remove/coupled-channels';
import { topologyNodes } from '../measure/topology';
import type { MakeHandler } from './handler';

/** Answers `topology`. @throws UserError */
export const topology: MakeHandler<'topology'> =
  ({ checkpoints }) =>
  ({ model }) =>
    checkpoints.use(model, ({ checkpoint }) => Promise.resolve(topologyOf(checkpoint)));

/** Describes the connections of a model, also where its channels cannot be followed. */
export function topologyOf(model: ModelContent): ModelTopology {
  const nodes = topologyNodes(model);
  try {
    return { nodes, coupled: coupledChannels(model) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { nodes, coupled: null, notCoupled: error.message };
  }
}
