import { Provenance } from '../../protocol/model';
import type { ModelContent } from './types';

const KEY = 'secateur';

/** Reads the provenance that Secateur wrote; undefined where there is none that can be read. */
export function readProvenance(model: Pick<ModelContent, 'metadata'>): Provenance | undefined {
  const parsed = Provenance.safeParse(model.metadata?.[KEY]);
  return parsed.success ? parsed.data : undefined;
}

/** Returns the metadata of a model with its provenance replaced; entries of other programs stay. */
export function withProvenance(
  metadata: ModelContent['metadata'],
  provenance: Provenance,
): Readonly<Record<string, unknown>> {
  return { ...metadata, [KEY]: provenance };
}
