import type { Architecture } from '../../../protocol/steps/train';
import { layers as tfLayers, type LayersModel } from './tfjs-layers';

type Layer = tfLayers.layers.Layer;
const { conv2d, dense, flatten, maxPooling2d } = tfLayers.layers;

/** Height, width and channels of the images that all architectures take. */
export const INPUT_SHAPE = [28, 28, 1] as const;
/** Default number of classes. */
const CLASSES = 10;

/** Draws kernels by He's rule before a relu and by Glorot's elsewhere. Each layer has a seed of its own. */
function initializers(seed: number) {
  let drawn = 0;
  // Seed 0 means "random" to TensorFlow.js, and neighboring seeds must not share layers.
  const next = () => seed * 64 + ++drawn;
  return {
    he: () => tfLayers.initializers.heUniform({ seed: next() }),
    glorot: () => tfLayers.initializers.glorotUniform({ seed: next() }),
  };
}

type Draw = ReturnType<typeof initializers>;
const inputShape = [...INPUT_SHAPE];

const networks: Record<Architecture, (draw: Draw, classes: number) => Layer[]> = {
  /** The pruning tutorial's network: 458,570 parameters. */
  'fashion-cnn': (draw, classes) => {
    const conv = (name: string, filters: number, first?: object) =>
      conv2d({
        name,
        filters,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: draw.he(),
        ...first,
      });
    return [
      conv('conv1', 32, { inputShape }),
      maxPooling2d({ name: 'pool1', poolSize: 2 }),
      conv('conv2', 64),
      maxPooling2d({ name: 'pool2', poolSize: 2 }),
      conv('conv3', 64),
      flatten({ name: 'flatten' }),
      dense({ name: 'dense1', units: 128, kernelInitializer: draw.glorot() }),
      dense({ name: 'logits', units: classes, kernelInitializer: draw.glorot() }),
    ];
  },
  /** Two hidden layers of 300 and 100 units (LeCun et al. 1998): 266,610 parameters. */
  'lenet-300-100': (draw, classes) => [
    flatten({ name: 'flatten', inputShape }),
    dense({ name: 'dense1', units: 300, activation: 'relu', kernelInitializer: draw.he() }),
    dense({ name: 'dense2', units: 100, activation: 'relu', kernelInitializer: draw.he() }),
    dense({ name: 'logits', units: classes, kernelInitializer: draw.glorot() }),
  ],
  /** LeNet as Caffe defines it, without activations after the convolutions: 431,080 parameters. */
  'lenet-5': (draw, classes) => [
    conv2d({ name: 'conv1', filters: 20, kernelSize: 5, kernelInitializer: draw.glorot(), inputShape }),
    maxPooling2d({ name: 'pool1', poolSize: 2 }),
    conv2d({ name: 'conv2', filters: 50, kernelSize: 5, kernelInitializer: draw.glorot() }),
    maxPooling2d({ name: 'pool2', poolSize: 2 }),
    flatten({ name: 'flatten' }),
    dense({ name: 'dense1', units: 500, activation: 'relu', kernelInitializer: draw.he() }),
    dense({ name: 'logits', units: classes, kernelInitializer: draw.glorot() }),
  ],
};

/**
 * Makes a built-in network with random weights. It takes images [batch, 28, 28, 1] and returns logits [batch, classes].
 * @param seed 0 or more; the same seed gives the same weights
 */
export function createArchitecture(name: Architecture, seed: number, classes = CLASSES): LayersModel {
  return tfLayers.sequential({ name, layers: networks[name](initializers(seed), classes) });
}
