import { sumSlices } from '../slices';
import { summedOver } from './score';

/** The L1 norm of a filter (Li et al. 2017, "Pruning Filters for Efficient ConvNets"), summed over coupled kernels. */
export const magnitude = summedOver('kernel', (sliced) => sumSlices(sliced, Math.abs));

/** The L2 norm of a filter, summed over coupled kernels. */
export const l2 = summedOver('kernel', (sliced) => sumSlices(sliced, (weight) => weight * weight).map(Math.sqrt));
