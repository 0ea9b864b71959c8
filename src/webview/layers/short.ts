import { compact, count } from '../../protocol/format';

/** The largest number that a column shows in full. */
const MOST = 999_999;

/** A number for a column: in full, or rounded with a unit where that would not fit. The title has it in full. */
export const short = (value: number): { text: string; title: string | undefined } =>
  value > MOST ? { text: compact(value), title: count(value) } : { text: count(value), title: undefined };
