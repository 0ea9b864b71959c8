/** A separator within names of layers. */
const SEPARATOR = /[/.]/;

/** The shortest prefix that is worth folding. */
const SHORT = 4;

/** The beginning that all names share, up to a `/` or `.`, to be folded; empty if it is short or there are few names. */
export function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return '';
  let length = first.length;
  for (const name of others) {
    let same = 0;
    while (same < length && name[same] === first[same]) same++;
    length = same;
  }
  while (length > 0 && !SEPARATOR.test(first[length - 1]!)) length--;
  return length < SHORT ? '' : first.slice(0, length);
}

/** The characters at the end of a long name that stay: they tell layers of one block apart. */
const TAIL = 12;

/** A name in two parts; where there is no room, the end of the first part is left out, so that both ends of the name stay. */
export const halves = (name: string): [head: string, tail: string] =>
  name.length <= TAIL ? [name, ''] : [name.slice(0, -TAIL), name.slice(-TAIL)];

const NUMBERED = /^((?:.*[/_.])?(?:block|stage|layer|blocks|layers|cell|unit|group|encoder|decoder|stack|conv\d+_block)[_.]?\d+[a-z]?)[_/.](?=.)/i; // prettier-ignore

/**
 * The block of a layer by its name; null: none. It is the path before the last `/`, or what ends with the number of a
 * block: `block_3` in `block_3_expand`, `conv5_block2` in `conv5_block2_3_conv`.
 */
export function blockOf(name: string, prefix = ''): string | null {
  const own = name.slice(prefix.length);
  const numbered = NUMBERED.exec(own)?.[1];
  const path = own.lastIndexOf('/') > 0 ? own.slice(0, own.lastIndexOf('/')) : undefined;
  return numbered ?? path ?? null;
}
