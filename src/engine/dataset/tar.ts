/** A tar archive is a row of blocks of this many bytes: a header, then the file. */
const BLOCK = 512;

/** Where the fields of a header begin, and how many bytes they have. */
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const TYPE_AT = 156;

/** What marks a regular file, today and in old archives. */
const REGULAR: readonly string[] = ['0', '\0'];

/**
 * The regular files of a tar archive with short names; all else is left out: links, devices, folders, long names.
 * The views share the memory of the archive.
 * @throws RangeError where a file goes on past the end
 */
export function* filesInTar(archive: Uint8Array): Generator<{ readonly name: string; readonly bytes: Uint8Array }> {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    const name = textOf(header, NAME);
    // Blocks of zeros end the archive.
    if (name === '') return;
    const size = Number.parseInt(textOf(header, SIZE).trim(), 8);
    at += BLOCK;
    if (!(size >= 0 && at + size <= archive.length)) throw new RangeError(`no size of a file in the header of ${name}`);
    if (REGULAR.includes(String.fromCharCode(header[TYPE_AT]!))) yield { name, bytes: archive.subarray(at, at + size) };
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
}

function textOf(header: Uint8Array, [from, length]: readonly [number, number]): string {
  const field = Buffer.from(header.subarray(from, from + length)).toString('latin1');
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}
