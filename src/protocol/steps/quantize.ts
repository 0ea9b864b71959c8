import * as z from 'zod';
import { t } from '../l10n';
import { ActivationGrid, Calibration } from '../activations';
import { plural } from '../format';
import { LayerPatterns } from '../patterns';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';
import { calibrationSamples } from './prune';

/** The numbers in which TensorFlow.js stores weights in fewer bits. */
export const StoredType = z.enum(['uint8', 'uint16', 'float16']);
export type StoredType = z.infer<typeof StoredType>;

/** Whole numbers with a scale for each output channel. TensorFlow.js has no such type: a packed file stores them. */
export const ChannelInteger = z.enum(['int8', 'int7', 'int6', 'int5', 'int4', 'int3', 'int2']);
export type ChannelInteger = z.infer<typeof ChannelInteger>;

/** The numbers in which weights can be kept. */
export const Bits = z.enum([...StoredType.options, ...ChannelInteger.options]);
export type Bits = z.infer<typeof Bits>;

/** True for numbers with a scale for each output channel. */
export const isChannelInteger = (bits: Bits): bits is ChannelInteger => ChannelInteger.safeParse(bits).success;

/** The number of bits of a weight. */
export const bitsOf = (bits: Bits): number => Number(/\d+$/.exec(bits)![0]);

const LABELS = {
  uint8: '8 bits (uint8)',
  uint16: '16 bits (uint16)',
  float16: 'Half precision (float16)',
  int8: '8 bits by channel (int8)',
  int7: '7 bits (int7)',
  int6: '6 bits (int6)',
  int5: '5 bits (int5)',
  int4: '4 bits (int4)',
  int3: '3 bits (int3)',
  int2: '2 bits (int2)',
  float32: 'As they are',
};

/** The effect of quantization on one layer. */
export const QuantizedLayer = z.object({
  name: z.string(),
  state: z.enum(['quantized', 'kept']),
  /** The reason why it is left alone, or why its error was not compensated. */
  reason: z.string().optional(),
  /** Numbers of its weights; absent where it is left alone. */
  bits: Bits.optional(),
  /** Root of the mean squared change of its weights, as a share of the root of their mean square. */
  error: z.number().optional(),
  /**
   * Root of the mean squared error of its outputs on training examples, as a share of their standard deviation: rounded to
   * nearest, and with the error compensated.
   */
  outputError: z.object({ before: z.number(), after: z.number() }).optional(),
  /** The grid of its input, where activations are quantized. */
  input: ActivationGrid.optional(),
  /** Bytes of its weights in the files. */
  bytes: z.object({ before: z.number(), after: z.number() }),
});
export type QuantizedLayer = z.infer<typeof QuantizedLayer>;

/** Says of quantized layers that their files are as large as before; nothing where TensorFlow.js stores all their numbers. */
export function storedAsFloats(layers: readonly QuantizedLayer[]): string[] {
  const count = layers.filter(({ bits }) => bits !== undefined && isChannelInteger(bits)).length;
  if (count === 0) return [];
  return [
    t(
      'The kernels of {0} have a scale for each channel, which TensorFlow.js cannot store: model.json holds their values as float32, and "secateur pack" stores them in so few bits.',
      plural(count, 'layer'),
    ),
  ];
}

/**
 * Quantizes: keeps weights in 16 bits or fewer. uint8, uint16 and float16 are the format of TensorFlow.js: uint8 and uint16 are
 * an affine grid for each tensor, with an exact 0, as the official converter computes it. int8 to int2 are a grid for each output
 * channel, with an exact 0; `model.json` stores their values as float32, and a packed file in so few bits. Pruned weights stay 0.
 */
export const quantize = defineStep({
  name: 'quantize',
  options: {
    bits: Bits.default('uint8')
      .describe(
        'Numbers of the weights: uint8, uint16 and float16 as TensorFlow.js stores them; int8 to int2 with a scale for each output channel.',
      )
      .meta({
        label: 'Store as',
        labels: LABELS,
        about: {
          uint8: 'A quarter of the bytes, loaded by any TensorFlow.js. One scale for each tensor; the default.',
          uint16: 'Half the bytes, loaded by any TensorFlow.js. Take it where no digit may be lost.',
          float16: 'Half the bytes, loaded by any TensorFlow.js. Take it for weights of very different sizes.',
          int8: 'A quarter of the bytes once packed, with a scale for each channel. Take it with activations in 8 bits.',
          int7: '7 bits once packed, with a scale for each channel. Take it where 6 lose too much.',
          int6: '6 bits once packed, with a scale for each channel. Take it without training afterwards.',
          int5: '5 bits once packed, with a scale for each channel. Take it with compensated rounding.',
          int4: '4 bits once packed, with a scale for each channel. Take it with compensated rounding.',
          int3: '3 bits once packed, with a scale for each channel. Take it with training afterwards.',
          int2: '2 bits once packed, with a scale for each channel. Take it with training afterwards.',
        },
        page: 'quantize',
      }),
    grid: z
      .enum(['symmetric', 'affine'])
      .optional()
      .describe(
        'Levels of int8 to int2: symmetric about 0, or affine, with more levels on one side where that fits better. By default symmetric for int8 and affine below.',
      )
      .meta({
        group: 'advanced',
        about: {
          symmetric: 'As many levels below 0 as above. The default of int8.',
          affine: 'More levels on one side where that fits better. The default below 8 bits.',
        },
        page: 'quantize',
      }),
    rounding: z
      .enum(['nearest', 'compensated'])
      .optional()
      .describe(
        'Rounding of int8 to int2: to the nearest level, or so that the errors of weights compensate each other on training examples. By default compensated where there is data.',
      )
      .meta({
        about: {
          nearest: 'Each weight to its nearest level. Needs no data; take it for 8 bits.',
          compensated:
            'The errors of weights make up for each other on training examples. Needs data; take it below 8 bits.',
        },
        page: 'quantize',
      }),
    samples: calibrationSamples.describe(
      'Training examples for compensated rounding and for the ranges of activations.',
    ),
    activations: z
      .boolean()
      .default(false)
      .describe(
        'With int8: quantize the inputs of layers to 8 bits too, on ranges from training examples, and write model.onnx, which ONNX Runtime computes in 8 bits.',
      ),
    calibration: Calibration.default('mse')
      .describe(
        'Ranges of activations: mse, the smallest mean squared error; percentile, 99.99% of the values; min-max, all values.',
      )
      .meta({
        group: 'advanced',
        labels: { mse: 'Mean squared error', percentile: 'Percentile', 'min-max': 'Smallest and largest value' },
        about: {
          mse: 'The range with the smallest error of rounding. The default.',
          percentile: '99.99% of the values. Take it where few values lie far away.',
          'min-max': 'All values. Take it where no value may be cut off.',
        },
        page: 'quantize',
      }),
    weights: z
      .enum(['kernels', 'all'])
      .default('kernels')
      .describe(
        'Weights to quantize: kernels, which are nearly all bytes, or biases and normalization too; these get at least 16 bits where kernels have a scale for each channel.',
      ),
    layers: z
      .record(z.string(), z.enum([...Bits.options, 'float32']))
      .optional()
      .describe(
        'Numbers for single layers, by layer name; * stands for any characters. float32 leaves a layer as it is.',
      )
      .meta({ label: 'Single layers', group: 'advanced' }),
    protect: LayerPatterns.optional()
      .describe('Layers to leave alone, by name; * stands for any characters.')
      .meta({ label: 'Protected layers', group: 'advanced' }),
  },
  result: { layers: z.array(QuantizedLayer), ...measuredAfter },
  traits: {
    changesModel: true,
    compresses: true,
    needsData: ({ rounding, activations }) => rounding === 'compensated' || activations,
  },
  words: {
    title: 'Quantize',
    running: 'Quantizing',
    purpose: 'Keeps weights in 2 to 16 bits.',
    when: 'Take it last: a quarter of the bytes at nearly the same accuracy.',
    page: 'quantize',
    verb: 'Quantize',
    past: 'quantized',
    outcome: measuredWords,
  },
});
export const QuantizeStep = quantize.schema;
export type QuantizeStep = z.infer<typeof QuantizeStep>;
