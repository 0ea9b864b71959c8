import { ask } from './host';
import { question } from '../question/question';

/** Sizes of the model in a packed file, by layer. */
export const packing = question((asking) => ask('packing', {}, { signal: asking.signal }));
