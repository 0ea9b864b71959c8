import { sumSlices } from '../slices';
import { summedOver } from './score';

/**
 * |gamma| of the batch normalisation that scales a channel, summed over coupled ones (Liu et al. 2017, "Learning Efficient
 * Convolutional Networks through Network Slimming"). Channels without batch normalisation get no score.
 */
export const bnScale = summedOver('scale', (gamma) => sumSlices(gamma, Math.abs));
