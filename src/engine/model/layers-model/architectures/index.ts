import { ARCHITECTURES, type Architecture } from '../../../../protocol/steps/architecture';
import type { LayersModel } from '../tfjs-layers';
import { fashionCnn, lenet300, lenet5 } from './classic';
import { Draw } from './draw';
import { dsCnn } from './ds-cnn';
import { lstm } from './lstm';
import { mlp } from './mlp';
import { mobilenetV2 } from './mobilenet-v2';
import type { Build, Plan } from './plan';
import { resnet20 } from './resnet-20';

/** Default number of classes. */
const CLASSES = 10;

const BUILDS: Readonly<Record<Architecture, Build>> = {
  'fashion-cnn': fashionCnn,
  'lenet-5': lenet5,
  'lenet-300-100': lenet300,
  mlp,
  'resnet-20': resnet20,
  'mobilenet-v2': mobilenetV2,
  'ds-cnn': dsCnn,
  lstm,
};

/** Decisions about a network; the rest is as its architecture has it. */
export type NetworkOptions = Partial<Omit<Plan, 'draw'>>;

/** Returns the shape of examples that an architecture takes by default. */
export const defaultInput = (name: Architecture): readonly number[] => {
  const { size } = ARCHITECTURES[name];
  return [size, size, name === 'resnet-20' || name === 'mobilenet-v2' ? 3 : 1];
};

/**
 * Makes a built-in network with random weights, which answers with logits [batch, outputs], or as its activation says.
 * @param seed 0 or more; the same seed gives the same weights
 */
export function createArchitecture(name: Architecture, seed: number, options: NetworkOptions = {}): LayersModel {
  return BUILDS[name]({
    input: defaultInput(name),
    outputs: CLASSES,
    width: 1,
    units: ARCHITECTURES[name].units,
    activation: 'linear',
    scaling: undefined,
    ...options,
    draw: new Draw(seed),
  });
}
