import * as z from 'zod';
import { LayerPatterns } from '../patterns';
import { defineStep } from './define';
import { measuredAfter, measuredWords } from './measured-after';

/** The numbers in which TensorFlow.js stores weights in fewer bits. */
export const StoredType = z.enum(['uint8', 'uint16', 'float16']);
export type StoredType = z.infer<typeof StoredType>;

const LABELS = { uint8: '8 bits', uint16: '16 bits', float16: 'Half precision', float32: 'As they are' };

/** The effect of quantization on one layer. */
export const QuantizedLayer = z.object({
  name: z.string(),
  state: z.enum(['quantized', 'kept']),
  /** The reason why it is left alone. */
  reason: z.string().optional(),
  /** Numbers in which its weights are stored; absent where it is left alone. */
  dtype: StoredType.optional(),
  /** Root of the mean squared change of its weights, as a share of the root of their mean square. */
  error: z.number().optional(),
  /** Bytes of its weights in the files. */
  bytes: z.object({ before: z.number(), after: z.number() }),
});
export type QuantizedLayer = z.infer<typeof QuantizedLayer>;

/**
 * Quantizes: stores weights in 8 or 16 bits, in the format of TensorFlow.js. uint8 and uint16 are an affine grid for each
 * tensor, with an exact 0, as the official converter computes it; so pruned weights stay 0.
 */
export const quantize = defineStep({
  name: 'quantize',
  options: {
    dtype: StoredType.default('uint8')
      .describe('Numbers in which weights are stored: uint8, uint16 or float16.')
      .meta({ label: 'Store as', labels: LABELS }),
    weights: z
      .enum(['kernels', 'all'])
      .default('kernels')
      .describe('Weights to quantize: kernels, which are nearly all bytes, or biases and normalization too.'),
    layers: z
      .record(z.string(), z.enum([...StoredType.options, 'float32']))
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
  traits: { changesModel: true, compresses: true },
  words: {
    title: 'Quantize',
    running: 'Quantizing',
    purpose: 'Stores weights in 8 or 16 bits.',
    verb: 'Quantize',
    past: 'quantized',
    outcome: measuredWords,
  },
});
export const QuantizeStep = quantize.schema;
export type QuantizeStep = z.infer<typeof QuantizeStep>;
