import * as z from 'zod';

/** The networks that ship with Secateur. */
export const Architecture = z.enum([
  'fashion-cnn',
  'lenet-5',
  'lenet-300-100',
  'mlp',
  'resnet-20',
  'mobilenet-v2',
  'ds-cnn',
  'lstm',
]);
export type Architecture = z.infer<typeof Architecture>;

/** A description of a network without weights: a model.json, or what `model.to_json()` of Keras writes. */
export const ArchitectureFile = z
  .string()
  .regex(/\.json$/i, `must be one of ${Architecture.options.join(', ')}, or the path of a .json file`);

/** Returns the network of this name that ships; undefined for a file. */
export const shipped = (architecture: string): Architecture | undefined => Architecture.safeParse(architecture).data;

/** The options of a train step that only some networks have. */
export const SHAPING = ['inputSize', 'width', 'units'] as const;
export type Shaping = (typeof SHAPING)[number];

/** The outside view of a network. */
interface ArchitectureWords {
  /** Its layers in one line. */
  readonly purpose: string;
  /** Height and width in pixels to which larger pictures are resized by default. */
  readonly size: number;
  /** The options that it has. */
  readonly takes: readonly Shaping[];
  /** Default units of its hidden layers. */
  readonly units: readonly number[];
}

/** All networks that ship. */
export const ARCHITECTURES: Readonly<Record<Architecture, ArchitectureWords>> = {
  'fashion-cnn': {
    purpose: 'three convolutions and two dense layers: 458,570 parameters at 28x28x1',
    size: 28,
    takes: ['inputSize'],
    units: [],
  },
  'lenet-5': {
    purpose: 'two convolutions and two dense layers: 431,080 parameters at 28x28x1',
    size: 28,
    takes: ['inputSize'],
    units: [],
  },
  'lenet-300-100': {
    purpose: 'three dense layers: 266,610 parameters at 28x28x1',
    size: 28,
    takes: ['inputSize'],
    units: [],
  },
  mlp: {
    purpose: 'dense layers of the sizes that you give, for tables and small images',
    size: 28,
    takes: ['inputSize', 'units'],
    units: [128, 64],
  },
  'resnet-20': {
    purpose: 'nine residual blocks (He et al. 2015): 274,042 parameters at 32x32x3',
    size: 32,
    takes: ['inputSize', 'width'],
    units: [],
  },
  'mobilenet-v2': {
    purpose: 'seventeen inverted residual blocks (Sandler et al. 2018): 2.3 million parameters',
    size: 96,
    takes: ['inputSize', 'width'],
    units: [],
  },
  'ds-cnn': {
    purpose: 'four depthwise-separable blocks, for spectrograms (Zhang et al. 2017): 24,332 parameters at 49x10x1',
    size: 64,
    takes: ['inputSize', 'width'],
    units: [],
  },
  lstm: {
    purpose: 'recurrent layers that read sequences, or images row by row',
    size: 28,
    takes: ['inputSize', 'units'],
    units: [64],
  },
};
