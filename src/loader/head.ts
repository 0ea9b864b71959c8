/** The first bytes of a packed file, and its version. No text begins so, and a transfer as text damages them. */
export const HEAD = [0x89, 0x53, 0x45, 0x43, 1];
/** Where the version stands. */
export const VERSION_AT = 4;

/** Returns true where bytes begin like a packed file, of any version. */
export const isPacked = (head: Uint8Array): boolean => HEAD.slice(0, VERSION_AT).every((byte, i) => head[i] === byte);
