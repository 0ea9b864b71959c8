import { layers } from '../tf';
import { classifier, normalisedConvolution, normalisedDepthwise, relu } from './blocks';
import { Draw } from './draw';
import type { Network } from './network';

const BLOCKS = 4;

/**
 * The keyword spotter of MLPerf Tiny (Zhang et al. 2017, DS-CNN small): 49 frames of 10 coefficients, 12 words. Without
 * its dropout, so that each step is the same everywhere.
 */
export const dsCnn: Network = {
  name: 'ds-cnn',
  inputShape: [49, 10, 1],
  target: { kind: 'classes', count: 12 },
  batch: 100,
  build() {
    const draw = new Draw();
    const input = layers.input({ shape: [49, 10, 1] });
    let x = relu(normalisedConvolution(draw, input, { filters: 64, kernelSize: [10, 4], strides: [2, 2] }));
    for (let block = 0; block < BLOCKS; block++) {
      x = relu(normalisedDepthwise(draw, x, 1));
      x = relu(normalisedConvolution(draw, x, { filters: 64, kernelSize: 1 }));
    }
    return layers.model({ name: 'ds_cnn', inputs: input, outputs: classifier(draw, x, 12) });
  },
};
