import type { Network } from './network';

const BYTES_A_NUMBER = 4;
/** Limit of the outputs of one batch while a network runs: 512 MiB. */
const BATCH_BYTES = 2 ** 29;
/** A layer's output is in memory together with its input and a copy in another layout. */
const BESIDE = 3;

/**
 * Limits the number of examples in one pass, so that the largest outputs take no more than 512 MiB together.
 * @param most number of examples that are wanted
 * @returns 1 or more
 */
export const batchWithin = ({ largestOutput }: Pick<Network, 'largestOutput'>, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / (BESIDE * BYTES_A_NUMBER * largestOutput))));
