import { Provenance } from '../../protocol/model';
import type { ModelContent } from './types';

const KEY = 'secateur';

/** What Secateur wrote about a model's origin; undefined where it wrote nothing, or nothing that can be read. */
export function readProvenance(model: Pick<ModelContent, 'metadata'>): Provenance | undefined {
  const parsed = Provenance.safeParse(model.metadata?.[KEY]);
  return parsed.success ? parsed.data : undefined;
}

/** The metadata of a model with its origin replaced; other programs' entries are kept. */
export function withProvenance(
  metadata: ModelContent['metadata'],
  provenance: Provenance,
): Readonly<Record<string, unknown>> {
  return { ...metadata, [KEY]: provenance };
}
