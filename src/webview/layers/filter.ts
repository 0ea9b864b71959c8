import type { LayerInfo } from '../../protocol/model';

export interface LayerFilter {
  /** Words that the name or the type of a layer must contain, in any case. */
  readonly text: string;
  readonly prunableOnly: boolean;
}

/** True if a filter leaves layers out. */
export const filters = ({ text, prunableOnly }: LayerFilter): boolean => prunableOnly || text.trim() !== '';

/** True if a layer is shown. */
export function passes({ name, type, prunable }: LayerInfo, { text, prunableOnly }: LayerFilter): boolean {
  if (prunableOnly && !prunable) return false;
  const own = `${name} ${type}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => own.includes(word));
}
