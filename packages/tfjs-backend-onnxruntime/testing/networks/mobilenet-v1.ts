import { layers } from '../tf';
import { classifier, normalisedConvolution, normalisedDepthwise, relu6 } from './blocks';
import { Draw } from './draw';
import type { Network } from './network';

const WIDTH = 0.25;
/** Filters (before the width multiplier) and stride of each depthwise-separable block. */
const BLOCKS = [
  [64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], [512, 1], [512, 1], [512, 1], [512, 1], [512, 1],
  [1024, 2], [1024, 1],
] as const; // prettier-ignore

/** MobileNetV1 0.25 at 96 pixels and two classes (Howard et al. 2017), as MLPerf Tiny uses it for visual wake words. */
export const mobilenetV1: Network = {
  name: 'mobilenet-v1-0.25',
  inputShape: [96, 96, 3],
  target: { kind: 'classes', count: 2 },
  batch: 32,
  build() {
    const draw = new Draw();
    const input = layers.input({ shape: [96, 96, 3] });
    let x = relu6(normalisedConvolution(draw, input, { filters: 32 * WIDTH, kernelSize: 3, strides: 2 }));
    for (const [filters, strides] of BLOCKS) {
      x = relu6(normalisedDepthwise(draw, x, strides));
      x = relu6(normalisedConvolution(draw, x, { filters: filters * WIDTH, kernelSize: 1 }));
    }
    return layers.model({ name: 'mobilenet_v1', inputs: input, outputs: classifier(draw, x, 2) });
  },
};
