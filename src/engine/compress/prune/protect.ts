import { UserError } from '../../../protocol/errors';

/**
 * The layers that some patterns protect, each with the first pattern that names it; in a pattern * stands for any characters.
 * @throws UserError for a pattern that names no layer
 */
export function protectedLayers(names: readonly string[], patterns: readonly string[] = []): Map<string, string> {
  const found = new Map<string, string>();
  for (const pattern of patterns) {
    const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const matches = names.filter((name) => new RegExp(`^${parts.join('.*')}$`, 's').test(name));
    if (matches.length === 0)
      throw new UserError(
        `"${pattern}" in "protect" names no layer of the model: its layers are ${names.map((name) => `"${name}"`).join(', ')}.`,
      );
    for (const name of matches) if (!found.has(name)) found.set(name, pattern);
  }
  return found;
}
