import { layers as tfLayers } from '../tfjs-layers';
import type { Build, Plan } from './plan';

const { conv2d, dense, flatten, maxPooling2d } = tfLayers.layers;

const logits = ({ draw, outputs, activation }: Plan) =>
  dense({ name: 'logits', units: outputs, activation, kernelInitializer: draw.glorot() });

const hidden = ({ draw }: Plan, name: string, units: number) =>
  dense({ name, units, activation: 'relu', kernelInitializer: draw.he() });

/** The pruning tutorial's network: 458,570 parameters at 28x28x1 and ten classes. */
export const fashionCnn: Build = (plan) => {
  const { draw, input } = plan;
  const conv = (name: string, filters: number, first?: object) =>
    conv2d({
      ...{ name, filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: draw.he() },
      ...first,
    });
  return tfLayers.sequential({
    name: 'fashion-cnn',
    layers: [
      conv('conv1', 32, { inputShape: [...input] }),
      maxPooling2d({ name: 'pool1', poolSize: 2 }),
      conv('conv2', 64),
      maxPooling2d({ name: 'pool2', poolSize: 2 }),
      conv('conv3', 64),
      flatten({ name: 'flatten' }),
      dense({ name: 'dense1', units: 128, kernelInitializer: draw.glorot() }),
      logits(plan),
    ],
  });
};

/** Two hidden layers of 300 and 100 units (LeCun et al. 1998): 266,610 parameters at 28x28x1 and ten classes. */
export const lenet300: Build = (plan) =>
  tfLayers.sequential({
    name: 'lenet-300-100',
    layers: [
      flatten({ name: 'flatten', inputShape: [...plan.input] }),
      hidden(plan, 'dense1', 300),
      hidden(plan, 'dense2', 100),
      logits(plan),
    ],
  });

/**
 * LeNet as Caffe defines it, without activations after the convolutions: 431,080 parameters at 28x28x1 and ten classes.
 */
export const lenet5: Build = (plan) => {
  const { draw, input } = plan;
  return tfLayers.sequential({
    name: 'lenet-5',
    layers: [
      conv2d({ name: 'conv1', filters: 20, kernelSize: 5, kernelInitializer: draw.glorot(), inputShape: [...input] }),
      maxPooling2d({ name: 'pool1', poolSize: 2 }),
      conv2d({ name: 'conv2', filters: 50, kernelSize: 5, kernelInitializer: draw.glorot() }),
      maxPooling2d({ name: 'pool2', poolSize: 2 }),
      flatten({ name: 'flatten' }),
      hidden(plan, 'dense1', 500),
      logits(plan),
    ],
  });
};
