import { visible } from '../../src/protocol/visible';

/** Words that no person should read: names of errors and values of the program, places in its code, codes of the system. */
const INTERNAL =
  /\b(undefined|TypeError|RangeError|SyntaxError|ZodError|Infinity|NaN(?! weights| or infinite))\b|\[object |is not a function|cannot read propert|not iterable|\bat .+:\d+:\d+|\b(ENOENT|EACCES|EISDIR|ENOTDIR|ELOOP|EINVAL|ENAMETOOLONG|ERR_\w+)\b|Maximum call stack/i;
const MAX_LENGTH = 2000;
/** The end of a sentence before another; names from files stand in quotation marks. */
const SEVERAL = /[a-z0-9)\]"][.!?] ["A-Z]/;

/**
 * What is wrong with a failure as the answer to bad input: it must be one sentence for a person.
 * @param user whether the failure says that it is one that the person can mend
 * @returns undefined where nothing is wrong
 */
export function complaintOf(error: unknown, user: boolean): string | undefined {
  if (!(error instanceof Error)) return `threw what is no error: ${String(error)}`;
  // As a person sees it: names from files are escaped wherever they are shown.
  const message = visible(error.message);
  const said = message.slice(0, 300);
  if (!user) return `a fault of the program: ${(error.stack ?? said).split('\n').slice(0, 6).join(' | ')}`;
  if (message.length > MAX_LENGTH) return `a sentence of ${message.length} characters: ${said}`;
  if (!/^["A-Z].*\.$/s.test(message)) return `no sentence: ${said}`;
  if (SEVERAL.test(message.replaceAll(/"[^"]*"/g, '""'))) return `several sentences: ${said}`;
  if (INTERNAL.test(message)) return `internal text: ${said}`;
  return undefined;
}
