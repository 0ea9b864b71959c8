import { Blocks, scaledFilters } from './blocks';
import type { Build } from './plan';

const BLOCKS = 4;
const FILTERS = 64;

/**
 * The small keyword spotter (Zhang et al. 2017, DS-CNN-S), which reads spectrograms as images of time by frequency:
 * 24,332 parameters at one input channel and twelve words. As in MLPerf Tiny, its last pooling is a mean.
 */
export const dsCnn: Build = (plan) => {
  const blocks = new Blocks(plan);
  const filters = scaledFilters(FILTERS, plan.width);
  const input = blocks.input();
  let x = blocks.relu('conv1', blocks.convolution('conv1', input, { filters, kernelSize: [10, 4], strides: [2, 2] }));
  for (let i = 1; i <= BLOCKS; i++) {
    const [depthwise, pointwise] = [`block${i}_depthwise`, `block${i}_pointwise`];
    x = blocks.relu(depthwise, blocks.depthwise(depthwise, x));
    x = blocks.relu(pointwise, blocks.convolution(pointwise, x, { filters }));
  }
  return blocks.model('ds-cnn', input, x);
};
