import type { DataExamples } from '../../protocol/data-examples';
import type { DatasetInfo, Preprocess, Split } from '../../protocol/dataset';
import type { Normalization, NormalizationInUse } from '../../protocol/normalization';
import type { Examples } from './examples';
import type { LoadListener } from './pictures/load';
import type { Standardization } from './standardization';

/** A dataset that was opened. Which shape its examples have in a network is not said yet. */
export interface OpenData {
  readonly info: DatasetInfo;
  /** Names its content, its place and its splits: what was computed under one key need not be computed again. */
  readonly key: string;
  /** Notes for the person, one sentence each. */
  readonly notes: readonly string[];
  /** The evidence for the format, in a sentence. */
  readonly evidence: string;
  /** The given preprocessing of pictures. */
  readonly preprocess: Preprocess;
  /** The normalization that the person said. */
  readonly given: Normalization | undefined;
  /** Some examples of a split, to look at. @throws UserError where there is no such split, or a picture is damaged; CancelledError */
  some(split: Split, count: number, signal?: AbortSignal): Promise<DataExamples>;
  /** The same data with another normalization said; cheap. */
  giving(normalization: Normalization | undefined): OpenData;
  /**
   * The same data as a network that takes `input` wants it; pictures are decoded, once for each size.
   * @param input the shape of its input with the batch dimension; null: any size
   * @throws UserError where the data is of no use for any network yet, CancelledError
   */
  at(input: readonly (number | null)[] | undefined, listener?: LoadListener): Promise<SizedData>;
}

/** A dataset in memory, in the shape in which a network takes it. How its values become inputs is not said yet. */
export interface SizedData extends OpenData {
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Kind of the examples: pixels are normalized, other numbers enter unchanged. */
  readonly kind: 'pixels' | 'numbers';
  /**
   * The same data with its classes in the order in which a model knows them, where names alone decide their order; else as it is.
   * @throws UserError where the model knows other classes
   */
  inOrderOf(classNames: readonly string[]): SizedData;
  /** Mean and standard deviation of x / 255 over the training images; null for numbers too. */
  standardization(): Standardization;
  /** The same data as a network takes it; cheap. For numbers the normalization is that of raw values. */
  under(normalization: NormalizationInUse): Dataset;
}

/** A dataset with the normalization under which its examples enter a network. */
export interface Dataset extends SizedData {
  readonly normalization: NormalizationInUse;
  /** The split that reports measure. */
  readonly reported: Split;
  /** Returns true where there is such a split. */
  has(split: Split): boolean;
  /** The examples of one split; cheap. @throws UserError where there is no such split */
  split(split: Split): Examples;
}

/** Names data and how it enters a model: what was computed under one key need not be computed again. */
export const dataKey = ({ key, shape, normalization: { mean, std } }: Dataset): string =>
  JSON.stringify([key, shape, mean, std]);
