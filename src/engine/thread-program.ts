import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Returns the file that a thread runs: beside the bundle that contains this module; undefined in sources.
 * @param name of its bundle, without `.cjs`
 */
export function threadProgram(name: string): string | undefined {
  if (import.meta.url.endsWith('.ts')) return undefined;
  const file = fileURLToPath(new URL(`./${name}.cjs`, import.meta.url));
  return existsSync(file) ? file : undefined;
}
