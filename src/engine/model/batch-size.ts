import type { Network } from './network';

const BYTES_A_NUMBER = 4;
/** What the outputs of one batch may take while a network runs: 512 MiB. */
const BATCH_BYTES = 2 ** 29;
/** A layer's output lives beside what it reads and a copy for another layout. */
const BESIDE = 3;

/**
 * How many examples may go through a network at once, so that the largest outputs take no more than 512 MiB together.
 * @param most examples that are wanted
 * @returns 1 or more
 */
export const batchWithin = ({ largestOutput }: Pick<Network, 'largestOutput'>, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / (BESIDE * BYTES_A_NUMBER * largestOutput))));
