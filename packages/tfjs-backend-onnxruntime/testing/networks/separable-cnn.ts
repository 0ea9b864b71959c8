import { layers } from '../tf';
import { Draw } from './draw';
import type { Network } from './network';

/** A small network of depthwise-separable convolutions for images of 28 x 28 pixels. */
export const separableCnn: Network = {
  name: 'separable-cnn',
  inputShape: [28, 28, 1],
  target: { kind: 'classes', count: 10 },
  batch: 100,
  build() {
    const { conv2d, dense, globalAveragePooling2d, maxPooling2d, separableConv2d } = layers.layers;
    const draw = new Draw();
    const common = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
    const separable = (filters: number) =>
      separableConv2d({ ...common, filters, depthwiseInitializer: draw.he(), pointwiseInitializer: draw.he() });
    return layers.sequential({
      name: 'separable_cnn',
      layers: [
        conv2d({ ...common, filters: 32, kernelInitializer: draw.he(), inputShape: [28, 28, 1] }),
        separable(64),
        maxPooling2d({ poolSize: 2 }),
        separable(128),
        maxPooling2d({ poolSize: 2 }),
        separable(128),
        globalAveragePooling2d({}),
        dense({ units: 10, kernelInitializer: draw.glorot() }),
      ],
    });
  },
};
