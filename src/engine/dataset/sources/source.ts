import type { Picture } from '../pictures/picture';
import type { DataColumn } from '../../../protocol/data-description';
import type { DataFormat, DatasetDescriptor, Split } from '../../../protocol/dataset';

/** A folder or file that may hold a dataset. */
export interface Place {
  /** Absolute. */
  readonly path: string;
  /** True for a file, which `names` then holds alone. */
  readonly isFile: boolean;
  /** The entries of the folder in order of names, without hidden files. */
  readonly names: readonly string[];
}

/** Numbers for each example, row-major: bytes of images, or any numbers. */
export interface NumericTargets {
  readonly values: Uint8Array | Float32Array;
  /** Shape for one example; empty for a single number. */
  readonly shape: readonly number[];
  /** The names of the numbers of an example, in their order. */
  readonly names?: readonly string[] | undefined;
}

/**
 * The targets of a part: a class or numbers for each example, or none. Classes that are written as numbers have these
 * too, for networks that answer with numbers.
 */
export type Target =
  | { readonly kind: 'class'; readonly labels: Int32Array; readonly numbers?: NumericTargets | undefined }
  | (NumericTargets & { readonly kind: 'values'; readonly noClasses?: string | undefined })
  | { readonly kind: 'none' };

/** Examples of one shape, row-major: bytes of pixels, or numbers that enter a network unchanged. */
export interface ArrayExamples {
  readonly kind: 'array';
  readonly values: Uint8Array | Float32Array;
  /** Shape of one example: height, width and channels of an image, or the number of features. */
  readonly shape: readonly number[];
}

/** Examples as stored in their files: in one array, or as pictures of any size. */
export type StoredExamples = ArrayExamples | { readonly kind: 'pictures'; readonly pictures: readonly Picture[] };

/** The examples of one part of a dataset and their targets, in one order. */
export interface Part {
  readonly count: number;
  readonly examples: StoredExamples;
  readonly target: Target;
  /** Arrays by their names, for networks with several inputs or outputs; `examples` may be one of them. */
  readonly named?: ReadonlyMap<string, NumericTargets> | undefined;
  /** The files of examples and labels, for messages. */
  readonly examplesFrom: string;
  readonly labelsFrom: string;
}

/** A dataset as stored in its files. Its form in a network is not decided yet. */
export interface SourceData {
  /** At least one. */
  readonly parts: Readonly<Partial<Record<Split, Part>>>;
  /** The name of a dataset that is known by its content; by default the name of its folder or file. */
  readonly name?: string | undefined;
  readonly sample?: boolean;
  /** Class names in the order of the class numbers, where the files give them. */
  readonly classNames?: readonly string[] | undefined;
  /** True where the names of the classes decide their order, which may differ from that of a model. */
  readonly sortedClasses?: boolean;
  /** True where each class is held out in proportion. */
  readonly stratified?: boolean;
  /** True where only names tell which arrays are examples and which are targets. */
  readonly namedOnly?: boolean;
  /** The columns of a table in their order. */
  readonly columns?: readonly DataColumn[];
  /** Whether the first row of a table in a text file names the columns. */
  readonly header?: boolean;
  /** Notes for the person, one sentence each. */
  readonly notes?: readonly string[];
}

/** A format of datasets in files. */
export interface Source {
  readonly format: DataFormat;
  /** Returns the evidence for such a dataset in a few words, or undefined. Reads names and headers only. */
  recognize(place: Place): Promise<string | undefined>;
  /** Absolute paths whose size and time change with the data. */
  stamped(place: Place): Promise<readonly string[]>;
  /** The names of the columns of a table. Reads beginnings and metadata only. @throws UserError */
  columns?(place: Place, descriptor: DatasetDescriptor): Promise<readonly string[]>;
  /** Reads and checks it. @throws UserError */
  open(place: Place, descriptor: DatasetDescriptor): Promise<SourceData>;
}
