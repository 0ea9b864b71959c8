import { layers } from '../tf';
import { apply, classifier, normalisedConvolution, relu } from './blocks';
import { Draw } from './draw';
import type { Network } from './network';

const WIDTHS = [16, 32, 64];
const BLOCKS_PER_WIDTH = 3;

/** ResNet-20 for CIFAR-10 (He et al. 2015, section 4.2), with 1x1 projections where the width changes. */
export const resnet20: Network = {
  name: 'resnet-20',
  inputShape: [32, 32, 3],
  target: { kind: 'classes', count: 10 },
  batch: 100,
  build: () => residualNetwork([32, 32, 3]),
};

/** Builds the network for images of another shape. */
export function residualNetwork(shape: [number, number, number]): layers.LayersModel {
  const draw = new Draw();
  const input = layers.input({ shape });
  let x = relu(normalisedConvolution(draw, input, { filters: 16, kernelSize: 3 }));
  for (const filters of WIDTHS) {
    for (let block = 0; block < BLOCKS_PER_WIDTH; block++) {
      const narrows = block === 0 && filters !== WIDTHS[0];
      x = residual(draw, x, filters, narrows);
    }
  }
  return layers.model({ name: 'resnet_20', inputs: input, outputs: classifier(draw, x, 10) });
}

function residual(draw: Draw, input: layers.SymbolicTensor, filters: number, narrows: boolean): layers.SymbolicTensor {
  const strides = narrows ? 2 : 1;
  const first = relu(normalisedConvolution(draw, input, { filters, kernelSize: 3, strides }));
  const second = normalisedConvolution(draw, first, { filters, kernelSize: 3 });
  const shortcut = narrows ? normalisedConvolution(draw, input, { filters, kernelSize: 1, strides }) : input;
  return relu(apply(layers.layers.add(), [second, shortcut]));
}
