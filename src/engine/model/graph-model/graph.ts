import type { ModelContent } from '../../checkpoint/types';
import { graphOfGroups, type ModelGraph } from '../model-graph';
import { describeLayer } from '../graph-layer';
import { drawnOperations } from './drawn';
import { layersOfOperations, type OperationTensor } from './layers';
import type { OperationGraph } from './read';
import type { TensorAxis } from '../roles';

/**
 * Makes a graph of a GraphModel: groups of tensors. Nodes, shapes and MACs stay unknown, since the operations are not
 * interpreted.
 */
export function graphOfOperations(model: ModelContent, operations: OperationGraph): ModelGraph {
  const layers = layersOfOperations(operations, model.tensors).map(({ name, type, tensors }) =>
    describeLayer({ name, path: [name], type, outputShape: null, macs: null }, tensors.map(tensorOf)),
  );
  const drawn = () => drawnOperations(operations, layers);
  const ends = { output: 'logits', outputs: operations.main.returns.length } as const;
  return { ...graphOfGroups(layers, ends), operations: drawn };
}

const tensorOf = ({ tensor, pruning, layout }: OperationTensor) => ({
  ...pruning,
  tensor,
  role: pruning.kernel ? ('kernel' as const) : ('constant' as const),
  axes: axesIn(tensor.shape.length, layout),
  columns: layout === 'unknown' ? ('rearranged' as const) : ('channels' as const),
});

function axesIn(rank: number, layout: OperationTensor['layout']): TensorAxis[] {
  if (layout === undefined || layout === 'unknown') return [];
  const [input, output] = layout === 'plain' ? [2, 1] : [1, 2];
  return [
    { axis: rank - input, side: 'inputs' },
    { axis: rank - output, side: 'outputs' },
  ];
}
