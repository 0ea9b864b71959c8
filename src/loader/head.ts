/** Bytes of the SHA-256 at the end. */
export const CHECKSUM = 32;
/** Most bytes of weights for each byte of the file, so that a small file cannot take much memory. */
export const EXPANSION = 2 ** 14;
/** Bytes of text that any file may have. */
export const TEXT_ALLOWED = 2 ** 17;
/** Longer texts are slow to decode: there may be so many bytes of them for each byte of the file. */
export const TEXT_EXPANSION = 64;
/** The length of a longer text is a multiple of this prime, so that a length that lies is refused before its text is decoded. */
export const TEXT_UNIT = 4093;

/** The first bytes of a packed file, and its version. No text begins so, and a transfer as text damages them. */
export const HEAD = [0x89, 0x53, 0x45, 0x43, 1];
/** Where the version stands. */
export const VERSION_AT = 4;

/** Returns true where bytes begin like a packed file, of any version. */
export const isPacked = (head: Uint8Array): boolean => HEAD.slice(0, VERSION_AT).every((byte, i) => head[i] === byte);
