import { RE2JS } from 're2js';
import { UserError } from '../../../protocol/errors';

/** So many layers are named where a pattern fits none. */
const NAMED = 20;

/**
 * The layers that some patterns protect, each with the first pattern that names it; in a pattern * stands for any characters.
 * Patterns come from recipes of others: they are matched in a time linear in the length of the name.
 * @throws UserError for a pattern that names no layer
 */
export function protectedLayers(names: readonly string[], patterns: readonly string[] = []): Map<string, string> {
  const found = new Map<string, string>();
  for (const pattern of new Set(patterns)) {
    const fits = matcher(pattern);
    const matches = names.filter(fits);
    if (matches.length === 0)
      throw new UserError(`"${pattern}" in "protect" names no layer of the model: its layers are ${listed(names)}.`);
    for (const name of matches) if (!found.has(name)) found.set(name, pattern);
  }
  return found;
}

function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = pattern.split(/\*+/).map((part) => RE2JS.quote(part));
  const expression = RE2JS.compile(parts.join('.*'), RE2JS.DOTALL);
  return (name) => expression.matches(name);
}

function listed(names: readonly string[]): string {
  const some = names.slice(0, NAMED).map((name) => `"${name}"`);
  return some.join(', ') + (names.length > NAMED ? ` and ${names.length - NAMED} more` : '');
}
