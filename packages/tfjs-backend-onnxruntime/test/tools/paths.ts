import path from 'node:path';

/** The folder of this package, absolute. */
export const PACKAGE = path.resolve(import.meta.dirname, '../..');

/** A path inside the package, absolute. */
export const inPackage = (...parts: string[]): string => path.join(PACKAGE, ...parts);
