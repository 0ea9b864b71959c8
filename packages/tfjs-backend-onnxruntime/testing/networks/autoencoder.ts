import { layers } from '../tf';
import { Draw } from './draw';
import type { Network } from './network';

/** Images of 28 x 28 pixels to 7 x 7 x 32 and back: a transposed convolution, then bilinear resizing with a convolution. */
export const autoencoder: Network = {
  name: 'autoencoder',
  inputShape: [28, 28, 1],
  target: { kind: 'input' },
  batch: 100,
  build() {
    const { conv2d, conv2dTranspose, upSampling2d } = layers.layers;
    const draw = new Draw();
    const common = () => ({ kernelSize: 3, padding: 'same', kernelInitializer: draw.he() }) as const;
    return layers.sequential({
      name: 'autoencoder',
      layers: [
        conv2d({ ...common(), filters: 16, strides: 2, activation: 'relu', inputShape: [28, 28, 1] }),
        conv2d({ ...common(), filters: 32, strides: 2, activation: 'relu' }),
        conv2dTranspose({ ...common(), filters: 32, strides: 2, activation: 'relu' }),
        upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
        conv2d({ ...common(), filters: 16, activation: 'relu' }),
        conv2d({ ...common(), filters: 1, activation: 'sigmoid' }),
      ],
    });
  },
};
