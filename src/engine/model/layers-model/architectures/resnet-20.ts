import { Blocks, scaledFilters } from './blocks';
import type { Build } from './plan';

const WIDTHS = [16, 32, 64];
const BLOCKS_OF_A_WIDTH = 3;

/**
 * ResNet-20 for CIFAR-10 (He et al. 2015, section 4.2), with 1x1 projections where the number of channels changes:
 * 274,042 parameters at three input channels and ten classes.
 */
export const resnet20: Build = (plan) => {
  const blocks = new Blocks(plan);
  const widths = WIDTHS.map((filters) => scaledFilters(filters, plan.width));
  const input = blocks.input();
  let x = blocks.relu('conv1', blocks.convolution('conv1', input, { filters: widths[0]!, kernelSize: 3 }));
  widths.forEach((filters, group) => {
    for (let i = 0; i < BLOCKS_OF_A_WIDTH; i++) {
      const name = `block${group * BLOCKS_OF_A_WIDTH + i + 1}`;
      const strides = group > 0 && i === 0 ? 2 : 1;
      const first = blocks.convolution(`${name}_conv1`, x, { filters, kernelSize: 3, strides });
      const second = blocks.convolution(`${name}_conv2`, blocks.relu(`${name}_conv1`, first), {
        filters,
        kernelSize: 3,
      });
      const shortcut = strides === 1 ? x : blocks.convolution(`${name}_shortcut`, x, { filters, strides });
      x = blocks.relu(name, blocks.sum(name, [second, shortcut]));
    }
  });
  return blocks.model('resnet-20', input, x);
};
