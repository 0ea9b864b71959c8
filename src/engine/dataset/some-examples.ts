import { type DataExamples, SHOWN_SIDE } from '../../protocol/data-examples';
import { CancelledError } from '../../protocol/errors';
import { numbersIn } from './numbers-in';
import { decodePicture } from './pictures/decode';
import type { Pixels } from './pictures/picture';
import { thumbnail } from './pictures/thumbnail';
import type { ArrayExamples, Part, StoredExamples, Target } from './sources/source';

/** Number of values of an example that are shown. */
const SHOWN_NUMBERS = 12;

type Pictured = (member: number) => Promise<Pixels>;

/**
 * Reads some examples of a split as they are stored. Pictures are spread evenly over the split, since folders are sorted
 * by class; of other examples, the first are taken.
 * @param members of the split, by their numbers in the part
 * @throws UserError where a picture is damaged, CancelledError
 */
export async function someExamples(
  { examples, target }: Part,
  members: Uint32Array,
  count: number,
  classNames: readonly string[],
  signal?: AbortSignal,
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
    shown.push({ picture: thumbnail(await pictured(member), SHOWN_SIDE), target: told(member) });
  }
  return { kind: 'pictures', examples: shown };
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
