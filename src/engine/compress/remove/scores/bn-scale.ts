import { sumSlices, slices } from '../slices';
import { summed, type ChannelScore } from './score';

/**
 * |gamma| of the batch normalisation that scales a channel, summed over coupled ones (Liu et al. 2017, "Learning Efficient
 * Convolutional Networks through Network Slimming"). Channels without batch normalisation get no score.
 */
export const bnScale: ChannelScore = ({ model, groups }) =>
  summed(
    slices(model, groups).filter(({ role }) => role === 'gamma'),
    (gamma) => sumSlices(gamma, Math.abs),
  );
