import type { layers } from '../../testing/tf';

/** Multiply-accumulates of one example's forward pass through convolutions, dense and recurrent layers. */
export function countMacs(model: layers.LayersModel): number {
  return model.layers.reduce((sum, layer) => sum + kernelSize(layer) * positions(layer), 0);
}

const kernelSize = (layer: layers.layers.Layer): number =>
  layer.trainableWeights
    .filter(({ shape }) => shape.length > 1)
    .reduce((sum, { shape }) => sum + shape.reduce<number>((size, length) => size * (length ?? 1), 1), 0);

/** Number of uses of each weight of a kernel: the pixels of its result, or the steps of a sequence. */
function positions(layer: layers.layers.Layer): number {
  const isRecurrent = layer.getClassName() === 'LSTM';
  const shape = isRecurrent ? layer.inboundNodes[0]!.inputShapes[0] : layer.outputShape;
  return (shape as (number | null)[]).slice(1, -1).reduce<number>((product, length) => product * (length ?? 1), 1);
}
