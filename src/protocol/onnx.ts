import * as z from 'zod';
import { Split } from './dataset';
import { LatencyFigures } from './measure/latency';
import { bytes, count, milliseconds } from './format';
import { mainMetric, mainText, MetricValues } from './metric';

/** The file beside a checkpoint with quantized activations. */
export const ONNX_FILE = 'model.onnx';

/** The figures of an ONNX file, read back and run in ONNX Runtime. */
export const OnnxFigures = z.object({
  bytes: z.number(),
  split: Split,
  samples: z.number(),
  metrics: MetricValues,
  /**
   * The largest difference between an output of the file and that of the simulation in TensorFlow.js, and the root of the mean
   * squared one, both in steps of 8 bits over the range of the outputs.
   */
  difference: z.object({ largest: z.number(), typical: z.number() }),
  /** Milliseconds of a batch: the same network in floating point and in 8 bits, in turns. */
  latency: z.array(z.object({ batch: z.number(), float: LatencyFigures, int8: LatencyFigures })),
});
export type OnnxFigures = z.infer<typeof OnnxFigures>;

/** Describes an ONNX file in sentences. */
export function onnxWords({ bytes: size, split, samples, metrics, difference, latency }: OnnxFigures): string[] {
  const times = latency.map(
    ({ batch, float, int8 }) =>
      `at batch ${batch} ${milliseconds(int8.median)} ms, in floating point ${milliseconds(float.median)} ms`,
  );
  return [
    `${ONNX_FILE} has ${bytes(size)}; ONNX Runtime computes it in 8 bits: ${split} ${mainMetric(metrics).words} ${mainText(metrics)} on ${count(samples)} examples.`,
    `Its outputs differ from the simulation by at most ${difference.largest.toPrecision(2)} steps of 8 bits, ${difference.typical.toPrecision(2)} typically.`,
    ...(times.length === 0 ? [] : [`Median time ${times.join('; ')}.`]),
  ];
}
