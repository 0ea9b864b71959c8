import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { inRoot } from '../../../scripts/setup/paths';
import { ScriptError } from '../../../scripts/setup/run-main';

/** The figures of the page `docs/results.md`, so that a bench of some rows can write the others again. */
const FILE = ['test', 'bench', 'quality', 'figures.json'];

const Figures = z.array(z.number()).min(1);

/** One row of the page: a method with each seed. */
export const Row = z.object({
  /** The name of the method. */
  name: z.string(),
  /** The day, as 2026-11-29. */
  measured: z.string(),
  /** Test accuracies. */
  accuracy: Figures,
  /** Those of the dense network that they are compared with, at that time. */
  dense: Figures,
  /** Of the first seed. */
  nonzero: z.number(),
  params: z.number(),
  gzipBytes: z.number(),
  /** Bytes of the packed file; absent where the method packs nothing. */
  packedBytes: Figures.optional(),
  /** Test accuracies of the same student without a teacher; absent where the method has no teacher. */
  alone: Figures.optional(),
});
export type Row = z.infer<typeof Row>;

/** One score of one-shot pruning at each sparsity in turn: mean and spread of the seeds. */
const OneShotRow = z.object({
  score: z.string(),
  at: z.array(z.object({ mean: z.number(), spread: z.number() })),
});
export type OneShotRow = z.infer<typeof OneShotRow>;

/** All figures of the page. */
export const Kept = z.object({
  seeds: z.array(z.number()).min(1),
  dense: z.object({ start: Figures, longer: Figures }),
  rows: z.array(Row),
  /** Times of the network with half of the MACs as a share of those of the dense one. */
  latency: z.array(z.object({ batch: z.number(), ratio: z.number() })),
  oneShot: z.array(OneShotRow),
});
export type Kept = z.infer<typeof Kept>;

/** Reads the figures of earlier benches. @throws Error where the file is not as it was written */
export const readKept = async (): Promise<Kept> => Kept.parse(JSON.parse(await readFile(inRoot(...FILE), 'utf8')));

/** Writes them. */
export const writeKept = (kept: Kept): Promise<void> =>
  writeFile(inRoot(...FILE), `${JSON.stringify(kept, undefined, 2)}\n`);

/** Replaces rows by newer ones of the same names. @throws ScriptError where they have other seeds, so that no table can hold both */
export function withRows(kept: Kept, { seeds, dense, rows }: Pick<Kept, 'seeds' | 'dense' | 'rows'>): Kept {
  const names = new Set(rows.map(({ name }) => name));
  const others = kept.rows.filter(({ name }) => !names.has(name));
  if (others.length > 0 && seeds.join() !== kept.seeds.join())
    throw new ScriptError(
      `The other rows were measured with the seeds ${kept.seeds.join(',')}: give the same with --seeds, or measure all rows.`,
    );
  return { ...kept, seeds: [...seeds], dense, rows: [...others, ...rows] };
}
