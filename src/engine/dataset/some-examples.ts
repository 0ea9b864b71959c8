import { type DataExamples, type Entering, SHOWN_SIDE } from '../../protocol/data-examples';
import { CancelledError } from '../../protocol/errors';
import { ofChannel, type Normalization } from '../../protocol/normalization';
import { numbersIn } from './numbers-in';
import { decodePicture } from './pictures/decode';
import { formed, type Form } from './pictures/form';
import type { Pixels } from './pictures/picture';
import { thumbnail } from './pictures/thumbnail';
import type { ArrayExamples, Part, StoredExamples, Target } from './sources/source';

/** Number of values of an example that are shown. */
const SHOWN_NUMBERS = 12;

type Pictured = (member: number) => Promise<Pixels>;

/** How examples are shown. */
export interface ShownOptions {
  /** The form in which pictures enter a network; undefined: as they are stored. */
  readonly form?: Form | undefined;
  /** The normalization of their pixels; undefined: not known. */
  readonly normalization?: Normalization | undefined;
  readonly classNames: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads some examples of a split. Pictures are spread evenly over the split, since folders are sorted by class; of other
 * examples, the first are taken. Colors are shown as they are, in whatever order they enter a network.
 * @param members of the split, by their numbers in the part
 * @throws UserError where a picture is damaged, CancelledError
 */
export async function someExamples(
  { examples, target }: Part,
  members: Uint32Array,
  count: number,
  { form, normalization, classNames, signal }: ShownOptions,
): Promise<DataExamples> {
  const wanted = Math.min(count, members.length);
  const told = (member: number) => targetAt(target, member, classNames);
  const pictured = picturesOf(examples);
  if (typeof pictured !== 'function') {
    const width = numbersIn(pictured.shape);
    const values = (member: number): number[] => {
      const from = member * width;
      return [...pictured.values.subarray(from, from + Math.min(width, SHOWN_NUMBERS))];
    };
    const rows = [...members.subarray(0, wanted)].map((member) => ({ values: values(member), target: told(member) }));
    return { kind: 'numbers', width, examples: rows };
  }
  const shown: Extract<DataExamples, { kind: 'pictures' }>['examples'] = [];
  for (let i = 0; i < wanted; i++) {
    if (signal?.aborted) throw new CancelledError();
    const member = members[Math.floor((i * members.length) / wanted)]!;
    const picture = await pictured(member);
    const prepared = form ? formed(picture, { ...form, color: form.color === 'bgr' ? 'rgb' : form.color }) : picture;
    shown.push({ picture: thumbnail(prepared, SHOWN_SIDE), target: told(member) });
  }
  const entering = enteringAs(examples, form, normalization);
  return { kind: 'pictures', ...(entering ? { entering } : {}), examples: shown };
}

function enteringAs(
  examples: StoredExamples,
  form: Form | undefined,
  normalization: Normalization | undefined,
): Entering | undefined {
  const range = normalization ? rangeOf(normalization) : null;
  if (form) return { height: form.height, width: form.width, color: form.color, range };
  if (examples.kind === 'pictures') return undefined;
  const [height = 1, width = 1, channels = 1] = examples.shape;
  return { height, width, color: channels === 1 ? 'gray' : 'rgb', range };
}

/** Returns the values of black and white, the widest of all channels. */
function rangeOf({ mean, std }: Normalization): [number, number] {
  const of = (share: number) =>
    [0, 1, 2].map((channel) => (share - ofChannel(mean, channel)) / ofChannel(std, channel));
  return [Math.min(...of(0)), Math.max(...of(1))];
}

/** Prepares access to the pictures of examples; returns the numbers where the examples are not pictures. */
function picturesOf(examples: StoredExamples): Pictured | ArrayExamples {
  if (examples.kind === 'pictures') return (member) => decodePicture(examples.pictures[member]!);
  const { values, shape } = examples;
  const [height, width, channels = 1] = shape;
  if (!(values instanceof Uint8Array) || height === undefined || width === undefined || shape.length > 3)
    return examples;
  if (channels !== 1 && channels !== 3) return examples;
  const size = numbersIn(shape);
  return (member) =>
    Promise.resolve({ height, width, channels, data: values.subarray(member * size, (member + 1) * size) });
}

function targetAt(target: Target, member: number, classNames: readonly string[]): string | (number | null)[] {
  if (target.kind === 'none') return [];
  if (target.kind === 'class') return classNames[target.labels[member]!] ?? String(target.labels[member]);
  const width = numbersIn(target.shape);
  const from = member * width;
  const numbers = [...target.values.subarray(from, from + Math.min(width, SHOWN_NUMBERS))];
  return numbers.map((value) => (Number.isFinite(value) ? value : null));
}
