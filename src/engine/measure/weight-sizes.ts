import type { LayerSizes, RunSizes, WeightSizes } from '../../protocol/weight-sizes';
import { tensorBytes } from '../checkpoint/tensor-bytes';
import type { ModelContent, Tensor } from '../checkpoint/types';
import { readGraph } from '../model/graph';
import { idealOf } from './ideal-bits';

/** Adds up the sizes of the weights of a model, those of several layers once. */
export const weightSizes = (model: ModelContent): WeightSizes => sum([...tensorsByLayer(model).values()].flat());

/** Returns the sizes of a model before and after a run. */
export const runSizes = (before: ModelContent | null, after: ModelContent): RunSizes => ({
  before: before && weightSizes(before),
  layers: layerSizes(before, after),
});

/** Lists the sizes of each layer with weights of a model, beside those of the layer of that name before. */
function layerSizes(before: ModelContent | null, after: ModelContent): LayerSizes[] {
  const was = before && tensorsByLayer(before);
  return [...tensorsByLayer(after)].flatMap(([name, tensors]) => {
    const earlier = was?.get(name);
    return tensors.length === 0 ? [] : [{ name, before: earlier ? sum(earlier) : null, after: sum(tensors) }];
  });
}

/** A tensor of two layers belongs to the first. */
function tensorsByLayer(model: ModelContent): Map<string, Tensor[]> {
  const left = new Set(model.tensors.values());
  return new Map(
    readGraph(model).layers.map(({ name, tensors }) => [
      name,
      tensors.map(({ tensor }) => tensor).filter((tensor) => left.delete(tensor)),
    ]),
  );
}

const sum = (tensors: readonly Tensor[]): WeightSizes => ({
  bytes: tensors.reduce((all, tensor) => all + tensorBytes(tensor), 0),
  idealBits: tensors.reduce((all, tensor) => all + idealOf(tensor).bits, 0),
});
