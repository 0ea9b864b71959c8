import * as z from 'zod';
import { Provenance } from '../../protocol/model';
import type { ModelContent } from './types';

const KEY = 'secateur';

/** Reads the provenance that Secateur wrote; undefined where there is none that can be read. */
export function readProvenance(model: Pick<ModelContent, 'metadata'>): Provenance | undefined {
  const parsed = Provenance.safeParse(model.metadata?.[KEY]);
  return parsed.success ? parsed.data : undefined;
}

/** The part of a provenance that the answers of a model depend on. */
const Needed = z.looseObject({ dataset: Provenance.shape.dataset });

/** Reads the dataset that a model was trained on; undefined where Secateur wrote none that can be read. */
export function storedDataset(model: Pick<ModelContent, 'metadata'>): Provenance['dataset'] {
  return Needed.safeParse(model.metadata?.[KEY]).data?.dataset;
}

/** Returns a model without the record of its runs: of its provenance, the dataset alone stays. Entries of other programs stay. */
export function withoutHistory(model: ModelContent): ModelContent {
  if (!model.metadata || !Object.hasOwn(model.metadata, KEY)) return model;
  const dataset = storedDataset(model);
  const others = Object.entries(model.metadata).filter(([key]) => key !== KEY);
  return { ...model, metadata: Object.fromEntries([...others, ...(dataset ? [[KEY, { dataset }] as const] : [])]) };
}

/** Returns the metadata of a model with its provenance replaced; entries of other programs stay. */
export function withProvenance(
  metadata: ModelContent['metadata'],
  provenance: Provenance,
): Readonly<Record<string, unknown>> {
  return { ...metadata, [KEY]: provenance };
}
