import type { ReshapedLayer } from '../../../protocol/reshaping';
import type { RemovalTotals } from '../../../protocol/removal';
import { sumMacs } from '../../../protocol/figures';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import { withInputShape } from '../../model/input-shapes';
import type { GraphLayer } from '../../model/model-graph';
import { widthOf } from '../remove/axes';
import { totalsOf } from '../remove/describe';
import { pathKey } from './layered';

/** The change of one layer. */
export interface LayerChange {
  readonly state: ReshapedLayer['state'];
  /** Paths of the layers in the place of a replaced one. */
  readonly by?: readonly (readonly string[])[];
  /** Name of the layer that computes it now. */
  readonly into?: string;
  readonly reason?: string;
}

/** A model with replaced layers, and the effect on each layer of the one before. */
export interface Reshaped {
  readonly model: ModelContent;
  readonly layers: readonly ReshapedLayer[];
  readonly totals: RemovalTotals;
  /** For each layer, the indices of the layers in its place. */
  readonly parts: readonly (readonly number[])[];
}

/**
 * Describes every layer before and after.
 * @param changes by `pathKey`; layers without one are as before
 * @param inputShape size of the inputs for MACs, see `closeInputs`
 * @throws Error where parameters would get lost in the report
 */
export function describeReshaped(
  before: ModelContent,
  after: ModelContent,
  changes: ReadonlyMap<string, LayerChange>,
  inputShape?: readonly number[],
): Reshaped {
  const sized = (model: ModelContent) => readGraph(inputShape ? withInputShape(model, inputShape) : model).layers;
  const now = sized(after);
  const places = new Map(now.map((layer, i) => [pathKey(layer), i]));
  const parts: number[][] = [];
  const layers = sized(before).map((layer): ReshapedLayer => {
    const change = changes.get(pathKey(layer)) ?? { state: 'skipped' };
    const { state, by, into, reason } = change;
    const paths = state === 'merged' || state === 'dropped' ? [] : (by ?? [layer.path]);
    const own = paths.map((path) => {
      const place = places.get(pathKey({ path }));
      if (place === undefined) throw new Error(`the layer ${path.join('/')} is reported, but it is not in the model`);
      return place;
    });
    parts.push(own);
    const made = own.map((place) => now[place]!);
    return {
      ...{ name: layer.name, type: layer.type, state },
      before: sizeOf(layer),
      after: {
        width: made.length === 0 ? widthOf(layer) : widthOf(made.at(-1)!),
        params: made.reduce((sum, { params }) => sum + params, 0),
        macs: sumMacs(made.map(({ macs }) => macs)),
      },
      shape: layer.outputShape ? [...layer.outputShape] : null,
      ...(by ? { becomes: made.map(partOf) } : {}),
      ...(into === undefined ? {} : { into }),
      ...(reason === undefined ? {} : { reason }),
    };
  });
  const totals = totalsOf(before, after, inputShape);
  const told = layers.reduce((sum, layer) => sum + layer.after.params, 0);
  if (told !== totals.after.params)
    throw new Error(`the layers are reported with ${told} of ${totals.after.params} parameters`);
  return { model: after, layers, totals, parts };
}

const sizeOf = (layer: GraphLayer) => ({ width: widthOf(layer), params: layer.params, macs: layer.macs });

const partOf = ({ name, type, params, macs, outputShape }: GraphLayer) => ({
  ...{ name, type, params, macs },
  shape: outputShape ? [...outputShape] : null,
});
