import { numberOf } from '../topology-json';
import { product, UNKNOWN, without, type Infer } from './infer';

const dense: Infer = ({ config, inputs: [input] }) => {
  const depth = input?.at(-1);
  if (!input || depth === undefined) return UNKNOWN;
  const units = numberOf(config['units'], NaN);
  return { shape: [...input.slice(0, -1), units], macs: product([...input.slice(1), units]) };
};

/** Layers that leave the shape as it is and multiply by no kernel. */
const SAME = [
  'Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax', 'Dropout', 'SpatialDropout1D',
  'SpatialDropout2D', 'SpatialDropout3D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'ActivityRegularization',
  'BatchNormalization', 'LayerNormalization', 'UnitNormalization', 'Masking', 'Rescaling', 'Normalization', 'InputLayer',
  'GroupNormalization', 'Identity', 'RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomContrast',
  'RandomBrightness',
]; // prettier-ignore

const same: Infer = ({ inputs: [input] }) => (input ? without([...input]) : UNKNOWN);

/** Dense layers, and those that leave the shape as it is, by class name. */
export const denses: Record<string, Infer> = { Dense: dense, ...Object.fromEntries(SAME.map((type) => [type, same])) };
