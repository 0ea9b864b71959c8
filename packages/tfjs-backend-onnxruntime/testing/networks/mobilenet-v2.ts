import { layers } from '../tf';
import { apply, classifier, normalisedConvolution, normalisedDepthwise, relu6 } from './blocks';
import { Draw } from './draw';
import type { Network } from './network';

/** Expansion, filters, repeats and first stride of each group of inverted residuals (the paper's table 2). */
const GROUPS = [
  [1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1],
] as const; // prettier-ignore

/** MobileNetV2 1.0 at 96 pixels and ten classes (Sandler et al. 2018). */
export const mobilenetV2: Network = {
  name: 'mobilenet-v2',
  inputShape: [96, 96, 3],
  target: { kind: 'classes', count: 10 },
  batch: 32,
  build: () => invertedResidualNetwork([96, 96, 3], GROUPS, [32, 1280]),
};

/** Builds a network of inverted residuals. `ends` are the filters of its first and last convolution. */
export function invertedResidualNetwork(
  shape: [number, number, number],
  groups: readonly (readonly [number, number, number, number])[],
  ends: readonly [number, number],
): layers.LayersModel {
  const draw = new Draw();
  const input = layers.input({ shape });
  let x = relu6(normalisedConvolution(draw, input, { filters: ends[0], kernelSize: 3, strides: 2 }));
  for (const [expansion, filters, repeats, firstStride] of groups) {
    for (let i = 0; i < repeats; i++) x = invertedResidual(draw, x, expansion, filters, i === 0 ? firstStride : 1);
  }
  x = relu6(normalisedConvolution(draw, x, { filters: ends[1], kernelSize: 1 }));
  return layers.model({ name: 'mobilenet_v2', inputs: input, outputs: classifier(draw, x, 10) });
}

function invertedResidual(
  draw: Draw,
  input: layers.SymbolicTensor,
  expansion: number,
  filters: number,
  strides: number,
): layers.SymbolicTensor {
  const channels = input.shape.at(-1)!;
  let x = input;
  if (expansion > 1) {
    x = relu6(normalisedConvolution(draw, x, { filters: channels * expansion, kernelSize: 1 }));
  }
  x = relu6(normalisedDepthwise(draw, x, strides));
  x = normalisedConvolution(draw, x, { filters, kernelSize: 1 });
  return strides === 1 && channels === filters ? apply(layers.layers.add(), [x, input]) : x;
}
