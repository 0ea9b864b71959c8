import { UserError } from '../../../protocol/errors';
import type { GraphNode, ModelGraph } from '../../model/model-graph';
import type { Op } from '../../model/op/op';

/** A layer of a student and one of its teacher, whose outputs have the same places, such as rows and columns. */
export interface LayerPair {
  readonly student: string;
  readonly teacher: string;
  /** Number of places; 1 for a row of numbers. */
  readonly places: number;
  /** Channels at each place. */
  readonly widths: { readonly student: number; readonly teacher: number };
}

/** The output of a layer for one example: the sizes of its places, and its channels. */
interface Hidden {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly width: number;
}

/** Most pairs that are chosen: outputs near the inputs are large, and teach little. */
const MOST = 3;
/** Outputs of these are those of the layer before, in another order or with a margin. */
const NOT_CHOSEN: ReadonlySet<Op['kind']> = new Set([
  'input',
  'pad',
  'crop',
  'reshape',
  'flatten',
  'permute',
  'repeat',
]);

/**
 * Pairs the last layers of each size that student and teacher both have, such as 14 x 14: of the three sizes nearest to
 * the outputs of the student.
 * @throws UserError where there is none
 */
export function chosenPairs(student: ModelGraph, teacher: ModelGraph): LayerPair[] {
  const [ours, theirs] = [student, teacher].map(lastOfEachSize) as [Map<string, Hidden>, Map<string, Hidden>];
  const pairs = [...ours].flatMap(([key, hidden]): LayerPair[] => {
    const other = theirs.get(key);
    return other ? [pairOf(hidden, other)] : [];
  });
  if (pairs.length === 0)
    throw new UserError(
      `No layer of the student has an output of the height and width of one of the teacher (${sizesIn(ours)} and ${sizesIn(theirs)}): leave "hints" and "attention" out.`,
    );
  return pairs.slice(-MOST);
}

/**
 * Pairs layers by name.
 * @param named a layer of the teacher by that of the student
 * @throws UserError where a layer does not exist, is called more than once, or two have other places
 */
export function namedPairs(
  named: Readonly<Record<string, string>>,
  student: ModelGraph,
  teacher: ModelGraph,
): LayerPair[] {
  return Object.entries(named).map(([ours, theirs]) => {
    const [one, other] = [hiddenNamed(student, ours, 'student'), hiddenNamed(teacher, theirs, 'teacher')];
    if (one.sizes.join() !== other.sizes.join())
      throw new UserError(
        `The layer "${ours}" of the student has the places ${sizeText(one.sizes)} but "${theirs}" of the teacher ${sizeText(other.sizes)}: pair layers of the same height and width.`,
      );
    return pairOf(one, other);
  });
}

const pairOf = (one: Hidden, other: Hidden): LayerPair => ({
  ...{ student: one.name, teacher: other.name },
  places: one.sizes.reduce((product, size) => product * size, 1),
  widths: { student: one.width, teacher: other.width },
});

function lastOfEachSize(graph: ModelGraph): Map<string, Hidden> {
  const last = new Map<string, Hidden>();
  const results = new Set(graph.results.map(({ call }) => call));
  const learned: boolean[] = [];
  for (const [i, { node, inputs }] of graph.calls.entries()) {
    const layer = graph.nodes[node]!;
    learned[i] = layer.params > 0 || inputs.some(({ call }) => learned[call]);
    if (!learned[i] || results.has(i) || NOT_CHOSEN.has(layer.op.kind)) continue;
    const hidden = hiddenOf(graph, layer);
    if (typeof hidden === 'string') continue;
    const key = hidden.sizes.join('x');
    // The last one of a size has its place at the end.
    last.delete(key);
    last.set(key, hidden);
  }
  // The outputs of the model are taught by themselves.
  return last;
}

/** @throws UserError where the layer has no output that can be paired */
function hiddenNamed(graph: ModelGraph, name: string, whose: string): Hidden {
  const layer = graph.nodes.find((node) => node.name === name || node.path.join('/') === name);
  if (!layer)
    throw new UserError(`The ${whose} has no layer "${name}", which "pairs" names: its layers are ${listed(graph)}.`);
  const hidden = hiddenOf(graph, layer);
  if (typeof hidden === 'string')
    throw new UserError(`The layer "${name}" of the ${whose} cannot be paired, because ${hidden}: choose another.`);
  return hidden;
}

/** Describes the output of a layer, or says why it cannot be paired. */
function hiddenOf({ calls }: ModelGraph, { name, calls: own, op }: GraphNode): Hidden | string {
  const [call, ...others] = own;
  if (call === undefined) return 'it leads to no output of the model';
  if (others.length > 0) return 'it is called more than once';
  if (op.channelsFirst) return 'its channels come first';
  const shape = calls[call]!.shape?.slice(1);
  const known = shape?.filter((size) => size !== null);
  if (!shape || !known || known.length < shape.length || known.length === 0) return 'the shape of its output is open';
  return { name, sizes: known.slice(0, -1), width: known.at(-1)! };
}

const NAMED = 20;

function listed({ nodes }: ModelGraph): string {
  const more = nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '';
  return nodes.slice(0, NAMED).map(({ name }) => `"${name}"`).join(', ') + more; // prettier-ignore
}

const sizeText = (sizes: readonly number[]): string => (sizes.length === 0 ? '1' : sizes.join('x'));

const sizesIn = (hidden: ReadonlyMap<string, Hidden>): string =>
  [...hidden.values()].map(({ sizes }) => sizeText(sizes)).join(', ') || 'none';
