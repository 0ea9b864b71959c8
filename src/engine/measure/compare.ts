import {
  ComparedSide,
  type ComparedHistogram,
  type ComparedLayer,
  type ComparedModel,
  type Comparison,
} from '../../protocol/measure/compare';
import type { Inspection, LayerInfo } from '../../protocol/model';
import type { Checkpoint, TensorData } from '../checkpoint/types';
import { readGraph } from '../model/graph';
import { binOf, binsOver } from './bins';
import { measureRange, prunableData } from './histogram';
import { inspect, type InspectOptions } from './inspect';

/** One side: a checkpoint and its accuracy, if known. */
export interface Side extends Pick<ComparedModel, 'evaluation' | 'noAccuracy'>, Pick<InspectOptions, 'packed'> {
  readonly checkpoint: Checkpoint;
}

/**
 * Compares two models; layers are matched by name, so that models of different widths compare too.
 * @param bins of each histogram, 8 or more
 * @throws UserError where a file has disappeared meanwhile
 */
export async function compareModels(a: Side, b: Side, bins: number): Promise<Comparison> {
  const [left, right] = [await figures(a), await figures(b)];
  const [before, after] = [weightsOf(a.checkpoint), weightsOf(b.checkpoint)];
  const names = [...new Set([...left.layers, ...right.layers].map(({ name }) => name))];
  const layers = names.map((name): ComparedLayer => {
    const [one, other] = [before.get(name), after.get(name)];
    return {
      name,
      a: sideOf(left.layers, name),
      b: sideOf(right.layers, name),
      histogram: one || other ? histogramOf(one, other, bins) : null,
    };
  });
  return {
    a: modelOf(left, a),
    b: modelOf(right, b),
    layers,
    histogram: histogramOf([...before.values()].flat(), [...after.values()].flat(), bins),
  };
}

const figures = ({ checkpoint, packed }: Side): Promise<Inspection> => inspect(checkpoint, { packed });

/** Returns the prunable weights by layer name; layers without any are absent. */
const weightsOf = (checkpoint: Checkpoint): Map<string, TensorData[]> =>
  new Map(
    readGraph(checkpoint)
      .layers.map((layer) => [layer.name, prunableData(layer)] as const)
      .filter(([, data]) => data.length > 0),
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

/** Computes the histograms of both sides over bins that cover the range of both. */
function histogramOf(a: TensorData[] | undefined, b: TensorData[] | undefined, count: number): ComparedHistogram {
  const { min, max } = measureRange([...(a ?? []), ...(b ?? [])]);
  const bins = binsOver(min, max, count);
  const counted = (parts: TensorData[] | undefined) => {
    if (!parts) return null;
    const counts = new Array<number>(count).fill(0);
    let zeros = 0;
    for (const data of parts)
      for (let i = 0; i < data.length; i++) {
        const value = data[i]!;
        if (value === 0) zeros++;
        else if (Number.isFinite(value)) counts[binOf(value, bins)]!++;
      }
    return { zeros, counts };
  };
  return { start: bins.start, width: bins.width, a: counted(a), b: counted(b) };
}
