import { sumSlices } from '../slices';
import { summedOver } from './score';

/**
 * |gamma| of the batch normalization that scales a channel, summed over coupled channels (Liu et al. 2017, "Learning
 * Efficient Convolutional Networks through Network Slimming"). Channels without batch normalization get no score.
 */
export const bnScale = summedOver('scale', (gamma) => sumSlices(gamma, Math.abs));
