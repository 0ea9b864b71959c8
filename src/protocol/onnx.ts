import * as z from 'zod';
import { t } from './l10n';
import { Split } from './dataset';
import { LatencyFigures } from './measure/latency';
import { bytes, milliseconds, plural } from './format';
import { mainMetric, mainText, MetricValues, splitMetric } from './metric';

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
  const times = latency.map(({ batch, float, int8 }) =>
    t('at batch {0} {1} ms, in floating point {2} ms', batch, milliseconds(int8.median), milliseconds(float.median)),
  );
  return [
    t(
      '{0} has {1}; ONNX Runtime computes it in 8 bits: {2} {3} on {4}.',
      ONNX_FILE,
      bytes(size),
      splitMetric(split, mainMetric(metrics)),
      mainText(metrics),
      plural(samples, 'example'),
    ),
    t(
      'Its outputs differ from the simulation by at most {0} steps of 8 bits, {1} typically.',
      difference.largest.toPrecision(2),
      difference.typical.toPrecision(2),
    ),
    ...(times.length === 0 ? [] : [t('Median time {0}.', times.join(t('; ')))]),
  ];
}
