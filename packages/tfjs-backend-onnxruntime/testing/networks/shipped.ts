import { layers } from '../tf';
import { Draw } from './draw';
import type { Network } from './network';

const { conv2d, dense, flatten, maxPooling2d } = layers.layers;
const inputShape = [28, 28, 1];
const CLASSES = 10;

const convolution = (draw: Draw, name: string, filters: number, first?: object) =>
  conv2d({
    ...{ name, filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: draw.he() },
    ...first,
  });

const logits = (draw: Draw) => dense({ name: 'logits', units: CLASSES, kernelInitializer: draw.glorot() });

const hidden = (draw: Draw, name: string, units: number) =>
  dense({ name, units, activation: 'relu', kernelInitializer: draw.he() });

const architectures: Readonly<Record<string, (draw: Draw) => layers.layers.Layer[]>> = {
  /** 458,570 parameters. */
  'fashion-cnn': (draw) => [
    convolution(draw, 'conv1', 32, { inputShape }),
    maxPooling2d({ name: 'pool1', poolSize: 2 }),
    convolution(draw, 'conv2', 64),
    maxPooling2d({ name: 'pool2', poolSize: 2 }),
    convolution(draw, 'conv3', 64),
    flatten({ name: 'flatten' }),
    dense({ name: 'dense1', units: 128, kernelInitializer: draw.glorot() }),
    logits(draw),
  ],
  /** Two hidden layers (LeCun et al. 1998): 266,610 parameters. */
  'lenet-300-100': (draw) => [
    flatten({ name: 'flatten', inputShape }),
    hidden(draw, 'dense1', 300),
    hidden(draw, 'dense2', 100),
    logits(draw),
  ],
  /** LeNet as Caffe defines it, without activations after the convolutions: 431,080 parameters. */
  'lenet-5': (draw) => [
    conv2d({ name: 'conv1', filters: 20, kernelSize: 5, kernelInitializer: draw.glorot(), inputShape }),
    maxPooling2d({ name: 'pool1', poolSize: 2 }),
    conv2d({ name: 'conv2', filters: 50, kernelSize: 5, kernelInitializer: draw.glorot() }),
    maxPooling2d({ name: 'pool2', poolSize: 2 }),
    flatten({ name: 'flatten' }),
    hidden(draw, 'dense1', 500),
    logits(draw),
  ],
};

/** Small classifiers of Fashion-MNIST. The first is that of the pruning tutorial of TensorFlow. */
export const shippedNetworks: readonly Network[] = Object.entries(architectures).map(([name, layersOf]) => ({
  name,
  inputShape,
  target: { kind: 'classes', count: CLASSES },
  batch: 100,
  build: () => layers.sequential({ name, layers: layersOf(new Draw(64)) }),
}));
