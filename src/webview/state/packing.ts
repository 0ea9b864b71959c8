import { ask } from './host';
import { question } from '../question/question';

/** Most bytes of a checkpoint that is packed unasked: that takes a thread about five seconds. */
export const PACKED_UNASKED = 32 * 1024 * 1024;

/** Sizes of the model in a packed file, by layer. */
export const packing = question((asking) => ask('packing', {}, { signal: asking.signal }));
