import * as z from 'zod';
import { LossName, TaskName } from './task';
import { NormalizationInput, type Normalization } from './normalization';

/** A part of the data: `train` without the held-out examples, `validation` for choices, `test` for reports only. */
export const Split = z.enum(['train', 'validation', 'test']);
export type Split = z.infer<typeof Split>;

/** The file format of a dataset; default: recognized by content. */
export const DataFormat = z.enum(['images', 'idx', 'npy', 'table', 'parquet', 'cifar']);
export type DataFormat = z.infer<typeof DataFormat>;

/** Preprocessing of pictures; default: the form of the model's input, bilinear and stretched. */
export const Preprocess = z.strictObject({
  size: z
    .tuple([z.number().int().min(1).max(8192), z.number().int().min(1).max(8192)], {
      error: 'must be a height and a width, such as 224 and 224',
    })
    .optional()
    .describe('Height and width in pixels.'),
  resize: z
    .enum(['stretch', 'crop', 'pad'])
    .optional()
    .describe('What becomes of the ratio of height and width: by default it is given up.'),
  method: z.enum(['bilinear', 'nearest', 'area']).optional().describe('How pixels between pixels are found.'),
  color: z.enum(['gray', 'rgb', 'bgr']).optional().describe('The channels, in their order.'),
  convention: z
    .enum(['imagenet-torch', 'imagenet-caffe'])
    .optional()
    .describe(
      'Color and normalization of networks that were trained on ImageNet: imagenet-torch for those of PyTorch, imagenet-caffe for VGG and ResNet of Keras.',
    ),
});
export type Preprocess = z.infer<typeof Preprocess>;

/** A column by its name, or by its number from 1. */
const ColumnName = z.union([z.string(), z.number().int().min(1)]);

/** Roles of the columns of a table; default: found by names and content. */
export const Columns = z.strictObject({
  target: ColumnName.optional().describe('The column of the classes, or of the numbers to tell.'),
  targets: z
    .array(ColumnName)
    .min(2)
    .optional()
    .describe('Several columns of numbers to tell, in the order of the outputs.'),
  image: ColumnName.optional().describe('The column of pictures, or of their paths.'),
  features: z
    .array(ColumnName)
    .min(1)
    .optional()
    .describe('The columns that enter the network; by default all others.'),
  split: ColumnName.optional().describe('The column that says to which part a row belongs: train, validation or test.'),
  header: z.boolean().optional().describe('Whether the first row names the columns.'),
});
export type Columns = z.infer<typeof Columns>;

/** The datasets that are found by name, whole. */
export const DATASET_NAMES = ['fashion-mnist', 'mnist', 'kmnist', 'cifar10'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** The same in a sentence. */
export const DATASET_NAMES_TEXT = DATASET_NAMES.join(', ');

const NAMED: readonly string[] = [...DATASET_NAMES, 'fashion-mnist-sample'];

/** Returns true for the name of a dataset. */
export const isNamed = (source: string): boolean => NAMED.includes(source);

/**
 * A dataset as data. `source` is a name (`DATASET_NAMES` or `fashion-mnist-sample`), a folder or a file; a relative one is
 * taken from the folder of the file that names it.
 */
export const DatasetDescriptor = z.strictObject({
  source: z
    .string()
    .min(1)
    .describe(`${DATASET_NAMES_TEXT}, or a folder or file; relative to the folder of this file.`),
  format: DataFormat.optional().describe('How the data lies in files; by default its content tells.'),
  normalization: NormalizationInput.optional().describe(
    'How pixels enter the network; by default as the checkpoint or the model says, or found by trying.',
  ),
  classNames: z
    .array(z.string().min(1))
    .min(2)
    .optional()
    .describe('The names of the classes, in the order of the outputs of the model.'),
  validationExamples: z
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      'Examples held out of the training part where there is no validation part; by default one in twelve, or one in five without a test part.',
    ),
  validationImages: z.number().int().positive().optional().describe('The same as validationExamples.'),
  splitSeed: z.number().int().nonnegative().optional().describe('Decides which examples are held out; by default 0.'),
  task: TaskName.optional().describe(
    'What the network does with the examples; by default what the model was trained for, or what its output and the targets tell together.',
  ),
  loss: LossName.optional().describe(
    'The loss of evaluation and training; by default the one the model was trained with, or the usual one of the task.',
  ),
  inputs: z
    .record(z.string(), z.string().min(1))
    .optional()
    .describe('The arrays that enter the network, by the names of its inputs; by default those of the same names.'),
  outputs: z
    .record(
      z.string(),
      z.strictObject({
        target: z.string().min(1).optional().describe('The array of the targets; by default that of the same name.'),
        task: TaskName.optional().describe('The task of the output.'),
        loss: LossName.optional().describe('The loss of the output.'),
        weight: z.number().nonnegative().optional().describe('The weight of this loss in the sum of all.'),
      }),
    )
    .optional()
    .describe('What is known of the outputs of the network, by their names.'),
  columns: Columns.optional().describe('What the columns of a table are.'),
  preprocess: Preprocess.optional().describe('How pictures become images of one size and color.'),
});
export type DatasetDescriptor = z.infer<typeof DatasetDescriptor>;

/** A dataset as a file of its own, NAME.data.json. */
export const DataFile = DatasetDescriptor.extend({ $schema: z.string().optional() });
export type DataFile = z.infer<typeof DataFile>;

/** Returns true for a file that describes data. */
export const isDataFile = (source: string): boolean => source.toLowerCase().endsWith('.data.json');

/** A reference to a dataset: a name, a folder, or a whole descriptor. */
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

/** The task of data: a model may take the same data for another one, as classes that are written as numbers. */
export const DataTask = z.enum([...TaskName.options, 'values', 'named', 'none']);
export type DataTask = z.infer<typeof DataTask>;

/** A dataset that was found, opened and checked. */
export const DatasetInfo = z.object({
  name: z.string(),
  /** The folder or file that holds it. */
  folder: z.string(),
  /** True for the small subset that ships with Secateur; every figure measured on it must say so. */
  sample: z.boolean(),
  format: DataFormat,
  /**
   * As it was said, or as the targets tell it: `values` are numbers and no classes, `named` are arrays that
   * a model tells apart by the names of its inputs and outputs, and `none` means that there are no targets.
   */
  task: DataTask,
  /** Empty where there are no classes. */
  classNames: z.array(z.string()),
  /** Shape of one example: height, width and channels of an image, or the number of features; null where images differ. */
  shape: z.array(z.number().nullable()),
  /** Number of examples of each split; 0 where there is none. */
  examples: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  /** True where the validation examples were held out of the training part. */
  heldOut: z.boolean(),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;

/** The split that reports measure: the test split, or the one nearest to it where there is none. */
export const reportedSplit = ({ examples }: Pick<DatasetInfo, 'examples'>): Split =>
  examples.test > 0 ? 'test' : examples.validation > 0 ? 'validation' : 'train';
