import { type layers, tf } from '../tf';
import { autoencoder } from './autoencoder';
import { dsCnn } from './ds-cnn';
import { lstmClassifier } from './lstm';
import { mobilenetV1 } from './mobilenet-v1';
import { mobilenetV2 } from './mobilenet-v2';
import type { Network } from './network';
import { resnet20 } from './resnet20';
import { separableCnn } from './separable-cnn';
import { shippedNetworks } from './shipped';

export type { Network, Target } from './network';

/** The networks that train and evaluate without a single cpu kernel, and whose speed the bench measures. */
export const networks: readonly Network[] = [
  ...shippedNetworks,
  resnet20,
  mobilenetV1,
  mobilenetV2,
  separableCnn,
  autoencoder,
  lstmClassifier,
  dsCnn,
];

/**
 * Returns a network by name.
 *
 * @throws RangeError if there is none of that name
 */
export function networkNamed(name: string): Network {
  const network = networks.find((candidate) => candidate.name === name);
  if (network === undefined) throw new RangeError(`There is no network ${name}.`);
  return network;
}

/** Returns the loss of a network: cross-entropy of its logits, or mean squared error of an image. */
export function lossOf({ target }: Network): (truth: tf.Tensor, output: tf.Tensor) => tf.Tensor {
  if (target.kind === 'input') return (truth, output) => tf.losses.meanSquaredError(truth, output);
  return (truth, output) => tf.losses.softmaxCrossEntropy(truth, output);
}

const isVariable = (tensor: tf.Tensor): tensor is tf.Variable => tensor instanceof tf.Variable;

/** The variables that training changes, in the order of the layers. */
export const trainedVariables = (model: layers.LayersModel): tf.Variable[] =>
  model.trainableWeights.map((weight) => {
    const variable = weight.read();
    if (!isVariable(variable)) throw new TypeError(`${weight.name} is no variable.`);
    return variable;
  });

/** Makes examples with a brightness for each class, and their targets; the same for the same seed. */
export function examples({ inputShape, target }: Network, count: number, seed = 1): { x: tf.Tensor; y: tf.Tensor } {
  const classCount = target.kind === 'classes' ? target.count : 10;
  const classes = Int32Array.from({ length: count }, (_, i) => (i * 7 + seed) % classCount);
  const size = tf.util.sizeFromShape([...inputShape]);
  const noise = numbers(count * size, seed);
  const pixels = noise.map((value, i) => 0.5 + value * 0.1 + (classes[Math.floor(i / size)]! / classCount - 0.5) * 0.8);
  const x = tf.tensor(pixels, [count, ...inputShape]);
  if (target.kind === 'input') return { x, y: x.clone() };
  return { x, y: tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), classCount).toFloat()) };
}

/** Numbers in [-1, 1), the same on each call. */
export function numbers(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x40000000 - 1;
  });
}
