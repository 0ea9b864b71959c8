import type { DataColumn } from '../../protocol/data-description';
import type { DataExamples } from '../../protocol/data-examples';
import type { DatasetInfo, Preprocess, Split } from '../../protocol/dataset';
import type { Normalization, NormalizationInUse } from '../../protocol/normalization';
import type { Examples } from './examples';
import type { LoadListener } from './pictures/load';
import type { Targets } from './targets';
import type { Standardization } from './standardization';

/** The known properties of a network that takes examples. */
export interface Taker {
  /** Shape of its input with the batch dimension. */
  readonly input?: readonly (number | null)[] | undefined;
  /** How its pictures are prepared where the data does not say. */
  readonly usual?: Preprocess | undefined;
  /** Its normalization where the data does not say another. */
  readonly normalization?: Normalization | undefined;
}

/** An open dataset. The shape of its examples in a network is not decided yet. */
export interface OpenData {
  readonly info: DatasetInfo;
  readonly targets: Targets;
  /** Identifies its content, its place and its splits: results that were computed under a key stay valid for it. */
  readonly key: string;
  /** Notes for the person, one sentence each. */
  readonly notes: readonly string[];
  /** The evidence for the format, in a sentence. */
  readonly evidence: string;
  /** The columns of a table in their order. */
  readonly columns?: readonly DataColumn[] | undefined;
  /** Whether the first row of a table in a text file names the columns. */
  readonly header?: boolean | undefined;
  /** The given preprocessing of pictures. */
  readonly preprocess: Preprocess;
  /** The normalization that the person set. */
  readonly given: Normalization | undefined;
  /**
   * Reads some examples of a split for display, as they enter a network. @throws UserError where there is no such split,
   * or a picture is damaged; CancelledError
   */
  some(split: Split, count: number, taker?: Taker, signal?: AbortSignal): Promise<DataExamples>;
  /** Returns the same data with another given normalization; cheap. */
  giving(normalization: Normalization | undefined): OpenData;
  /**
   * Returns the same data for a network that takes `input`. Pictures are decoded once for each size.
   * @param input the shape of its input with the batch dimension; undefined: any size
   * @param usual how the pictures of the network are prepared where the data does not say
   * @throws UserError where no network can use the data yet, CancelledError
   */
  at(input: readonly (number | null)[] | undefined, listener?: LoadListener, usual?: Preprocess): Promise<SizedData>;
}

/** A dataset in memory, in the shape that a network takes. The normalization of its values is not decided yet. */
export interface SizedData extends OpenData {
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Kind of the examples: pixels are normalized, other numbers enter unchanged. */
  readonly kind: 'pixels' | 'numbers';
  /**
   * Reorders the classes as a model orders them, where their names alone decide the order; else returns the same data.
   * @throws UserError where the model has other classes
   */
  inOrderOf(classNames: readonly string[]): SizedData;
  /** Computes the mean and standard deviation of x / 255 over the training images; null for numbers too. */
  standardization(): Standardization;
  /** Returns the same data with a normalization; cheap. Numbers always enter unchanged. */
  under(normalization: NormalizationInUse): Dataset;
}

/** A dataset with the normalization under which its examples enter a network. */
export interface Dataset extends SizedData {
  readonly normalization: NormalizationInUse;
  /** The split that reports measure. */
  readonly reported: Split;
  /** Returns true where there is such a split. */
  has(split: Split): boolean;
  /** Returns the examples of one split; cheap. @throws UserError where there is no such split */
  split(split: Split): Examples;
}

/** Identifies data and its form in a model: results that were computed under a key stay valid for it. */
export const dataKey = ({ key, shape, normalization: { mean, std } }: Dataset): string =>
  JSON.stringify([key, shape, mean, std]);
