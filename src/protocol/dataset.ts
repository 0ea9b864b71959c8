import * as z from 'zod';
import { NormalizationInput, type Normalization } from './normalization';

/** Which images: `train` without the held-out ones, `validation` held out of the training set, `test` only ever reported. */
export const Split = z.enum(['train', 'validation', 'test']);
export type Split = z.infer<typeof Split>;

/**
 * A dataset as data. `source` is a name (`fashion-mnist`, `fashion-mnist-sample`) or a folder with the four IDX files,
 * gzipped or not; a relative folder is taken from the folder of the recipe that names it.
 */
export const DatasetDescriptor = z.strictObject({
  format: z.literal('idx').default('idx'),
  source: z.string().min(1),
  /** How pixels enter the network; where it is left out, it is found: stored in the checkpoint, told by its layers, or by trying. */
  normalization: NormalizationInput.optional(),
  /** Shown instead of the class number; as many as there are classes. */
  classNames: z.array(z.string().min(1)).min(2).optional(),
  /** Images held out of the training set for validation; by default one in twelve (5,000 of 60,000). */
  validationImages: z.number().int().positive().optional(),
  /** Decides which images are held out. */
  splitSeed: z.number().int().nonnegative().default(0),
});
export type DatasetDescriptor = z.infer<typeof DatasetDescriptor>;

/** How a person names a dataset: a name, a folder, or a whole descriptor. */
export const DataReference = z.union([z.string().min(1), DatasetDescriptor]);
export type DataReference = z.infer<typeof DataReference>;

/** Why accuracy is not measured where nobody has named data. */
export const NO_DATASET = 'no dataset chosen';

const NAMING = {
  choice: 'choose one, for example fashion-mnist',
  recipe: 'name one as "data", for example fashion-mnist',
  option: 'give one with --data, for example --data fashion-mnist',
} as const;

/**
 * The sentence where something needs data that nobody has named.
 * @param who what needs it, as the sentence begins
 * @param where how a person names data there
 */
export const needsDataset = (who: string, where: keyof typeof NAMING = 'choice'): string =>
  `${who} needs a dataset: ${NAMING[where]}.`;

/** Data without what is said of its normalization: a name or folder alone, where nothing else is said either. */
export function plainData(data: DataReference): DataReference {
  if (typeof data === 'string') return data;
  const plain = withNormalization(data, undefined);
  const alone = DatasetDescriptor.parse({ source: data.source });
  return JSON.stringify(DatasetDescriptor.parse(plain)) === JSON.stringify(alone) ? data.source : plain;
}

/** The same data, its pixels to be normalized so; undefined: it is found again. */
export function withNormalization(data: DataReference, normalization: Normalization | undefined): DataReference {
  const { normalization: before, ...rest } =
    typeof data === 'string' ? DatasetDescriptor.parse({ source: data }) : { ...data };
  if (normalization) return { ...rest, normalization: { mean: normalization.mean, std: normalization.std } };
  return typeof data === 'string' || before === undefined ? data : rest;
}

/** A dataset that was found, opened and checked. */
export const DatasetInfo = z.object({
  name: z.string(),
  folder: z.string(),
  /** True for the small subset that ships with Secateur; every figure measured on it must say so. */
  sample: z.boolean(),
  classNames: z.array(z.string()),
  /** Height, width, channels of one image. */
  imageShape: z.tuple([z.number(), z.number(), z.number()]),
  images: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;
