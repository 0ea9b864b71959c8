import type { DatasetInfo } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { RAW } from '../../protocol/normalization';
import { ARCHITECTURES, shipped, type Architecture } from '../../protocol/steps/architecture';
import type { TrainStep } from '../../protocol/steps/train';
import type { ModelContent } from '../checkpoint/types';
import type { OpenData } from '../dataset/open-data';
import { featureScaling } from '../dataset/feature-scaling';
import { newNetwork, randomArchitecture } from '../model/architectures';
import type { Referenced } from './referenced';

/** The decisions about a new network that its step leaves open. */
interface NetworkContext {
  readonly seed: number;
  /** Decides the shape of the input and the number of answers; by default those of the architecture. */
  readonly data?: OpenData | undefined;
  readonly architectures: Referenced['architectures'];
}

/**
 * Makes the network of a train step.
 * @throws UserError where the network cannot read such examples, or its file cannot be built
 */
export async function randomNetwork(step: TrainStep, context: NetworkContext): Promise<ModelContent> {
  const name = shipped(step.architecture);
  if (name) return shippedNetwork(name, step, context);
  const own = context.architectures.get(step.architecture);
  if (!own) throw new Error('the architecture was not read');
  return newNetwork(own.topology, context.seed);
}

async function shippedNetwork(
  architecture: Architecture,
  step: TrainStep,
  { seed, data }: NetworkContext,
): Promise<ModelContent> {
  const { width = 1, units = ARCHITECTURES[architecture].units } = step;
  if (!data) return randomArchitecture(architecture, seed, { width, units });
  const input = inputFor(architecture, step, data.info);
  return randomArchitecture(architecture, seed, {
    ...{ width, units, input, outputs: outputsFor(architecture, data) },
    scaling: architecture === 'mlp' && input.length === 1 ? await scalingOf(data) : undefined,
  });
}

/** Decides the number of answers of a new network. @throws UserError where the targets are not the answers of one */
function outputsFor(architecture: Architecture, { info, targets }: OpenData): number {
  const { numbers, classNames } = targets;
  if (classNames) return classNames.length;
  if (numbers && numbers.shape.length < 2) return numbers.shape[0] ?? 1;
  throw new UserError(
    `The network ${architecture} answers with classes or with a row of numbers, but the targets of ${info.name} are ${numbers ? numbers.shape.join('x') : 'none'}: begin with a checkpoint, or with a network of your own.`,
  );
}

async function scalingOf(data: OpenData) {
  const sized = await data.at(undefined);
  return sized.kind === 'numbers' ? featureScaling(sized.under({ ...RAW, from: 'values' }).split('train')) : undefined;
}

/** Networks with convolutions, which read images. */
const READS_IMAGES: readonly Architecture[] = [
  'fashion-cnn', 'lenet-5', 'resnet-20', 'mobilenet-v2', 'ds-cnn',
]; // prettier-ignore
/** Formats whose images are files, which can be resized. Images in other formats are arrays. */
const PICTURES: readonly DatasetInfo['format'][] = ['images', 'table', 'parquet'];
const GRAY_28 = [28, 28, 1];

/** Decides the shape of the examples that a new network takes. @throws UserError where it cannot read such examples */
export function inputFor(
  architecture: Architecture,
  { inputSize }: Pick<TrainStep, 'inputSize'>,
  { shape, format, name }: Pick<DatasetInfo, 'shape' | 'format' | 'name'>,
): readonly number[] {
  const { size } = ARCHITECTURES[architecture];
  const classic = architecture === 'fashion-cnn' || architecture.startsWith('lenet');
  if (shape.length === 3 && PICTURES.includes(format)) {
    const [height, width, channels] = shape;
    if (inputSize === undefined && classic) return GRAY_28;
    const fits = height != null && width != null && height <= size && width <= size;
    if (inputSize === undefined && fits) return [height, width, channels ?? 3];
    return [inputSize ?? size, inputSize ?? size, channels ?? 3];
  }
  const whole = shape.flatMap((one) => (one === null ? [] : [one]));
  const numbers = whole.reduce((product, one) => product * one, 1);
  if (inputSize !== undefined && (shape.length !== 3 || whole[0] !== inputSize || whole[1] !== inputSize))
    throw new UserError(
      `The examples of ${name} are ${whole.join('x')} and no pictures of any size, so that "inputSize" cannot change them: leave it out.`,
    );
  // Rows of the pixels of such an image, too.
  if (classic && numbers === 28 * 28) return GRAY_28;
  if (READS_IMAGES.includes(architecture) && whole.length === 2) return [...whole, 1];
  if (READS_IMAGES.includes(architecture) && whole.length !== 3)
    throw new UserError(
      `The network ${architecture} reads images, but each example of ${name} is ${whole.length === 1 ? `a row of ${whole[0]} numbers` : whole.join('x')}: choose mlp, or data of images.`,
    );
  if (architecture !== 'lstm') return whole;
  if (whole.length === 1)
    throw new UserError(
      `The network lstm reads sequences, but each example of ${name} is a row of ${whole[0]} numbers: choose mlp, or data of sequences.`,
    );
  return whole.length === 3 && whole[2] === 1 ? whole.slice(0, 2) : whole;
}
