import { Blocks, scaledFilters } from './blocks';
import type { Build } from './plan';

/** Expansion, filters, repeats and first stride of each group of inverted residuals (table 2). */
const GROUPS = [
  [1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1],
] as const; // prettier-ignore
const [FIRST, LAST] = [32, 1280];

/** MobileNetV2 (Sandler et al. 2018): 2,270,794 parameters at three input channels and ten classes. */
export const mobilenetV2: Build = (plan) => {
  const blocks = new Blocks(plan);
  const { width } = plan;
  const input = blocks.input();
  const first = { filters: scaledFilters(FIRST, width), kernelSize: 3, strides: 2 };
  let x = blocks.relu6('conv1', blocks.convolution('conv1', input, first));
  let count = 0;
  for (const [expansion, base, repeats, firstStride] of GROUPS) {
    const filters = scaledFilters(base, width);
    for (let i = 0; i < repeats; i++) {
      const [name, before, channels] = [`block${++count}`, x, x.shape.at(-1)!];
      const strides = i === 0 ? firstStride : 1;
      if (expansion > 1) {
        const expand = `${name}_expand`;
        x = blocks.relu6(expand, blocks.convolution(expand, x, { filters: channels * expansion }));
      }
      const depthwise = `${name}_depthwise`;
      x = blocks.relu6(depthwise, blocks.depthwise(depthwise, x, strides));
      x = blocks.convolution(`${name}_project`, x, { filters });
      if (strides === 1 && channels === filters) x = blocks.sum(name, [x, before]);
    }
  }
  // A narrow network keeps the features that its classifier reads.
  const last = { filters: scaledFilters(LAST, Math.max(1, width)) };
  x = blocks.relu6('conv2', blocks.convolution('conv2', x, last));
  return blocks.model('mobilenet-v2', input, x);
};
