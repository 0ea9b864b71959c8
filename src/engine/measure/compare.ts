import {
  ComparedSide,
  type ComparedHistogram,
  type ComparedLayer,
  type ComparedModel,
  type Comparison,
} from '../../protocol/measure/compare';
import type { Inspection, LayerInfo } from '../../protocol/model';
import type { ReadListener } from '../checkpoint/read-large';
import type { Checkpoint, Tensor } from '../checkpoint/types';
import { readGraph } from '../model/graph';
import { addTo, binsOver, leaveOut } from './bins';
import { countStored } from './count-stored';
import { inNoBin, knownOf, measureRange, prunable } from './histogram';
import { inspect, type InspectOptions } from './inspect';

/** One side: a checkpoint and its accuracy, if known. */
export interface Side extends Pick<ComparedModel, 'evaluation' | 'noAccuracy'>, Pick<InspectOptions, 'packed'> {
  readonly checkpoint: Checkpoint;
}

/**
 * Compares two models; layers are matched by name, so that models of different widths compare too.
 * @param bins of each histogram, 8 or more
 * @throws UserError where a file has disappeared meanwhile, CancelledError
 */
export async function compareModels(a: Side, b: Side, bins: number, listener: ReadListener = {}): Promise<Comparison> {
  const [left, right] = [await figures(a), await figures(b)];
  const [before, after] = [weightsOf(a.checkpoint), weightsOf(b.checkpoint)];
  const names = [...new Set([...left.layers, ...right.layers].map(({ name }) => name))];
  const pairs = names.map((name): Pair => ({ a: before.get(name), b: after.get(name) }));
  const all: Pair = { a: [...before.values()].flat(), b: [...after.values()].flat() };
  const [histogram, ...each] = await histogramsOf([all, ...pairs], bins, listener);
  return {
    a: modelOf(left, a),
    b: modelOf(right, b),
    layers: names.map((name, i): ComparedLayer => ({
      name,
      a: sideOf(left.layers, name),
      b: sideOf(right.layers, name),
      histogram: pairs[i]!.a || pairs[i]!.b ? each[i]! : null,
    })),
    histogram: histogram!,
  };
}

/** Weights of both sides that one histogram shows; a side that has none is absent. */
interface Pair {
  readonly a: readonly Tensor[] | undefined;
  readonly b: readonly Tensor[] | undefined;
}

const figures = ({ checkpoint, packed }: Side): Promise<Inspection> => inspect(checkpoint, { packed });

/** Returns the prunable weights by layer name; layers without any are absent. */
const weightsOf = (checkpoint: Checkpoint): Map<string, Tensor[]> =>
  new Map(
    readGraph(checkpoint)
      .layers.map((layer) => [layer.name, prunable(layer)] as const)
      .filter(([, tensors]) => tensors.length > 0),
  );

const modelOf = (
  { name, path, weightsHash, totals, advice }: Inspection,
  { evaluation, noAccuracy }: Side,
): ComparedModel => ({
  ...{ name, path, weightsHash, totals, evaluation },
  ...(advice === undefined ? {} : { advice }),
  ...(noAccuracy === undefined ? {} : { noAccuracy }),
});

function sideOf(layers: readonly LayerInfo[], name: string): ComparedSide | null {
  const found = layers.find((layer) => layer.name === name);
  if (!found) return null;
  return ComparedSide.parse(found);
}

/** Computes the histograms of both sides over bins that cover the range of both. Large weights are counted in threads. */
async function histogramsOf(
  pairs: readonly Pair[],
  count: number,
  listener: ReadListener,
): Promise<ComparedHistogram[]> {
  const known = pairs.map(({ a, b }) =>
    [a, b].map((tensors) => {
      if (!tensors) return undefined;
      const own = knownOf(tensors);
      return { tensors, stored: own?.tensors, range: own?.range ?? measureRange(tensors.map(({ data }) => data)) };
    }),
  );
  const scales = known.map((sides) => {
    const ranges = sides.flatMap((side) => (side ? [side.range] : []));
    const min = Math.min(...ranges.map((range) => range.min));
    const max = Math.max(...ranges.map((range) => range.max));
    return ranges.length === 0 ? binsOver(0, 0, count) : binsOver(min, max, count);
  });
  const sides = known.flatMap((both, i) => both.map((side) => ({ side, bins: scales[i]! })));
  const stored = await countStored(
    sides.map(({ side, bins }) => ({ tensors: side?.stored ?? [], scale: { ...bins, extent: 0 } })),
    listener,
  );
  const counted = sides.map(({ side, bins }, i) => {
    if (!side) return null;
    const { range, tensors } = side;
    const found = stored[i]!;
    if (!side.stored) for (const { data } of tensors) addTo(found, data, bins, 0);
    leaveOut(found, bins, inNoBin(range));
    return { zeros: range.zeros, counts: [...found.counts] };
  });
  return pairs.map((_, i) => ({
    ...{ start: scales[i]!.start, width: scales[i]!.width },
    ...{ a: counted[2 * i]!, b: counted[2 * i + 1]! },
  }));
}
