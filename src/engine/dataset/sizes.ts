import type { Preprocess, Split } from '../../protocol/dataset';
import { CancelledError, UserError } from '../../protocol/errors';
import { numbersIn } from './numbers-in';
import { channelsOf, commonOf, formed, formFor, formNote, type Common, type Form } from './pictures/form';
import { loadPictures, type LoadListener, type Room } from './pictures/load';
import type { PixelFile } from './pictures/pixel-file';
import type { ArrayExamples, Part, SourceData } from './sources/source';

type Parts = SourceData['parts'];

/** Examples of one shape, in memory or, where they are decoded pictures, in a file. */
export interface SizedExamples {
  readonly values: ArrayExamples['values'] | PixelFile;
  /** Shape of one example. */
  readonly shape: readonly number[];
}

/** The parts of a dataset, all in one shape. */
export interface SizedParts {
  readonly parts: Readonly<Partial<Record<Split, SizedExamples>>>;
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Changes to the examples, one sentence each. */
  readonly notes: readonly string[];
}

/** Number of sizes of a dataset in memory: those of a student and its teacher. */
const LIMIT = 2;

/** Returns the properties that the pictures of all parts share; undefined where they are not pictures. */
function commonPictures(parts: Parts): Common | undefined {
  const headers = Object.values(parts).flatMap(({ examples }) =>
    examples.kind === 'pictures' ? examples.pictures.map(({ header }) => header) : [],
  );
  return headers.length > 0 ? commonOf(headers) : undefined;
}

/**
 * Returns the shape of the examples, null for sizes that differ among pictures. @throws UserError where parts differ in
 * shape
 */
export function shapeOf(parts: Parts): (number | null)[] {
  const common = commonPictures(parts);
  return common ? [common.height, common.width, common.channels] : arrayShape(parts);
}

function arrayShape(parts: Parts): number[] {
  const [first, ...others] = Object.values(parts);
  if (first?.examples.kind !== 'array') throw new Error('a dataset was opened without examples');
  const { shape } = first.examples;
  const differs = ({ examples }: Part): boolean => examples.kind !== 'array' || examples.shape.join() !== shape.join();
  const other = others.find(differs);
  if (other?.examples.kind === 'array')
    throw new UserError(
      `The images in ${first.examplesFrom} are ${shape.join('x')} and those in ${other.examplesFrom} ${other.examples.shape.join('x')}: they must agree.`,
    );
  return [...shape];
}

/** A dataset in the sizes that networks take, each made once. */
export class DataSizes {
  private readonly common: Common | undefined;
  private readonly sizes = new Map<string, Promise<SizedParts>>();

  constructor(
    private readonly parts: Parts,
    private readonly preprocess: Preprocess,
    private readonly name: string,
    private readonly room: Room,
  ) {
    this.common = commonPictures(parts);
  }

  /**
   * Returns the parts for a network with such an input. @throws UserError, CancelledError
   * @param usual how the pictures of the network are prepared where the data does not say
   */
  async at(
    input: readonly (number | null)[] | undefined,
    listener: LoadListener,
    usual: Preprocess = {},
  ): Promise<SizedParts> {
    const common = this.common ?? this.commonArrays();
    if (!common) return this.asTheyAre();
    const form = this.formFor(common, input, usual);
    const key = JSON.stringify(form);
    const known = this.sizes.get(key);
    try {
      if (known) return await known;
    } catch (error) {
      // Another caller has cancelled it.
      if (!(error instanceof CancelledError)) throw error;
    }
    const made = this.inForm(form, common, listener);
    this.sizes.set(key, made);
    for (const oldest of this.sizes.keys()) {
      if (this.sizes.size <= LIMIT) break;
      this.sizes.delete(oldest);
    }
    made.catch(() => {
      if (this.sizes.get(key) === made) this.sizes.delete(key);
    });
    return made;
  }

  /** Returns the form of pictures for a network with such an input; undefined for others, or where no size is known. */
  formAt(input: readonly (number | null)[] | undefined, usual: Preprocess = {}): Form | undefined {
    try {
      const common = this.common ?? this.commonArrays();
      return common && this.formFor(common, input, usual);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  private formFor(common: Common, input: readonly (number | null)[] | undefined, usual: Preprocess): Form {
    return formFor(this.common ? input : undefined, common, { ...usual, ...this.preprocess }, this.name);
  }

  private asTheyAre(): SizedParts {
    const parts = arraysOf(this.parts);
    return { parts, shape: arrayShape(this.parts), notes: [] };
  }

  /** Returns the properties that images in arrays share, for preprocessing. @throws UserError where they are not images */
  private commonArrays(): Common | undefined {
    if (Object.keys(this.preprocess).length === 0) return undefined;
    const [height, width, channels] = arrayShape(this.parts);
    const pixels = Object.values(this.parts).every(
      ({ examples }) => examples.kind === 'array' && examples.values instanceof Uint8Array,
    );
    if (pixels && height !== undefined && width !== undefined && (channels === 1 || channels === 3))
      return { height, width, channels };
    throw new UserError(`The examples of ${this.name} are no images of 0 to 255: leave "preprocess" out.`);
  }

  private async inForm(form: Form, common: Common, listener: LoadListener): Promise<SizedParts> {
    const shape = [form.height, form.width, channelsOf(form)];
    const parts: Partial<Record<Split, SizedExamples>> = {};
    for (const [split, { examples }] of Object.entries(this.parts) as [Split, Part][])
      parts[split] = {
        shape,
        values:
          examples.kind === 'pictures'
            ? await loadPictures(examples.pictures, form, this.room, this.name, listener)
            : arrayInForm(examples, form),
      };
    const note = formNote(form, common);
    return { parts, shape, notes: note === undefined ? [] : [note] };
  }
}

function arraysOf(parts: Parts): SizedParts['parts'] {
  const entries = Object.entries(parts).flatMap(([split, { examples }]) =>
    examples.kind === 'array' ? [[split, examples] as const] : [],
  );
  return Object.fromEntries(entries);
}

function arrayInForm({ values, shape }: ArrayExamples, form: Form): Uint8Array {
  const [height, width, channels] = shape as [number, number, 1 | 3];
  const [from, to] = [numbersIn(shape), form.height * form.width * channelsOf(form)];
  const out = new Uint8Array((values.length / from) * to);
  for (let i = 0; i < values.length / from; i++) {
    const data = Uint8Array.from(values.subarray(i * from, (i + 1) * from));
    out.set(formed({ height, width, channels, data }, form).data, i * to);
  }
  return out;
}
