import path from 'node:path';

/** The folder of this project, absolute. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** A path inside the project, absolute. */
export const inRoot = (...parts: string[]): string => path.join(ROOT, ...parts);
