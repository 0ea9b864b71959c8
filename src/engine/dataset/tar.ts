/** Block size of a tar archive in bytes: each file is a header block and its content in blocks. */
const BLOCK = 512;

/** Offset and length in bytes of the fields of a header. */
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const TYPE_AT = 156;

/** Marks of a regular file, today and in old archives. */
const REGULAR: readonly string[] = ['0', '\0'];

/**
 * Lists the regular files of a tar archive with short names. Links, devices, folders and long names are left out. The
 * views share the memory of the archive.
 * @throws RangeError where a file extends past the end
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
