import type { Inspection } from '../../protocol/model';

/** The names of a checkpoint: of its folder, by which a person knows it, and the model's own where that says more. */
export function namesOf({ path, name }: Pick<Inspection, 'path' | 'name'>): { folder: string; model: string | null } {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const folder = parts.at(-2) ?? name;
  return { folder, model: name === folder ? null : name };
}
