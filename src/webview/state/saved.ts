import * as z from 'zod';
import { JsonObject } from '../../protocol/json';
import { MODES } from '../threshold/amount';
import { HIDEABLE } from '../layers/columns';
import { COLUMNS } from '../layers/sort';
import { TAB_NAMES } from '../workbench/tab-names';

const SavedAmount = z.object({
  mode: z.enum(MODES),
  value: z.number().nonnegative(),
  at: z.number().nonnegative().optional(),
});

/** The state that survives a reload of the window. An invalid part gets its default. */
export const Saved = z.object({
  selected: z.string().nullable().catch(null),
  scope: z.enum(['global', 'layer']).catch('global'),
  mode: z.enum(MODES).catch('absolute'),
  amounts: z
    .object({
      global: SavedAmount.nullable(),
      layers: z.record(z.string(), SavedAmount),
      allowEmptyLayers: z.boolean(),
    })
    .catch({ global: null, layers: {}, allowEmptyLayers: false }),
  log: z.boolean().catch(false),
  whole: z.boolean().catch(false),
  sort: z
    .object({ column: z.enum(COLUMNS).nullable(), descending: z.boolean() })
    .catch({ column: null, descending: false }),
  epochs: z.number().int().min(0).max(10_000).catch(2),
  /** The drafts of the recipe's steps, complete or not. */
  recipe: z.array(JsonObject).max(1000).catch([]),
  seed: z.number().int().min(0).max(0x7fffffff).catch(0),
  tab: z.enum(TAB_NAMES).catch('prune'),
  filter: z.object({ text: z.string(), prunableOnly: z.boolean() }).catch({ text: '', prunableOnly: false }),
  /** Blocks of layers that are folded, by name. */
  folded: z.array(z.string()).catch([]),
  columns: z
    .object({
      shown: z.array(z.enum(HIDEABLE)).nullable(),
      widths: z.partialRecord(z.enum(['name', ...HIDEABLE]), z.number().positive()),
    })
    .catch({ shown: null, widths: {} }),
  /** The tab whose button started the last run. */
  runFrom: z.enum(TAB_NAMES).catch('prune'),
  /** How the layers are shown. */
  layersView: z.enum(['table', 'graph']).catch('table'),
  /** Pixels by which the page is scrolled. */
  scroll: z.number().nonnegative().catch(0),
});
export type Saved = z.infer<typeof Saved>;

/** The saved state, or the defaults. */
export function readSaved(raw: unknown): Saved {
  const read = Saved.safeParse(raw);
  return read.success ? read.data : Saved.parse({});
}
