import type { ActivationGrid, Calibration } from '../../../protocol/activations';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { tf } from '../../tf';
import { eachBatch, withSubject, type CalibrationOptions } from '../calibration/subject';

/** Examples in one forward pass. */
const BATCH_SIZE = 100;
/** Values of a layer's input that are looked at for each batch. */
const SAMPLED = 20_000;
/** Highest level of 8 bits. */
const MOST = 255;
/** Share of the values between the ends of a percentile range. */
const PERCENTILE = 0.9999;
/** Shares of the whole range that are tried. */
const CLIPS = Array.from({ length: 40 }, (_, i) => 1 - i / 50);

/** The inputs of a layer on training examples. */
interface Seen {
  least: number;
  most: number;
  readonly values: Float32Array[];
}

/**
 * Finds the grid of each layer's input on training examples.
 * `min-max` spans all values, `percentile` 99.99% of them, and `mse` the range with the smallest mean squared error of rounding.
 * @param names kernels; those that are in no dense layer or convolution are left out
 * @throws UserError where the model cannot run or does not fit the examples, CancelledError
 */
export async function calibrateActivations(
  model: ModelContent,
  names: Iterable<string>,
  how: Calibration,
  data: Dataset,
  options: Omit<CalibrationOptions, 'stage'>,
): Promise<Map<string, ActivationGrid>> {
  return withSubject(model, data, { ...options, stage: 'calibrating activations' }, async (subject) => {
    const seen = new Map<string, Seen>();
    let parts: { name: string; sample: tf.Tensor; ends: tf.Tensor }[] = [];
    const unwatch = subject.tasked.network.kernelLayers(names).map((layer) =>
      layer.watch((input) => {
        parts.push({ name: layer.name, ...summarized(input) });
      }),
    );
    try {
      await eachBatch(subject, BATCH_SIZE, async (batch) => {
        const scores = tf.tidy(() => subject.tasked.scores(batch));
        await scores.data();
        scores.dispose();
        for (const part of parts) await note(seen, part);
        tf.dispose(parts.flatMap(({ sample, ends }) => [sample, ends]));
        parts = [];
      });
    } finally {
      for (const end of unwatch) end();
      tf.dispose(parts.flatMap(({ sample, ends }) => [sample, ends]));
    }
    return new Map([...seen].map(([name, one]) => [name, gridOf(rangeOf(one, how))]));
  });
}

/** Takes the ends of all values, and evenly spaced ones among them. */
function summarized(input: tf.Tensor): { sample: tf.Tensor; ends: tf.Tensor } {
  return tf.tidy(() => {
    const flat = tf.reshape(input, [-1]);
    const stride = Math.max(1, Math.ceil(flat.size / SAMPLED));
    return {
      sample: tf.keep(stride === 1 ? tf.clone(flat) : tf.stridedSlice(flat, [0], [flat.size], [stride])),
      ends: tf.keep(tf.stack([tf.min(flat), tf.max(flat)])),
    };
  });
}

async function note(
  seen: Map<string, Seen>,
  part: { name: string; sample: tf.Tensor; ends: tf.Tensor },
): Promise<void> {
  const [least, most] = await part.ends.data<'float32'>();
  const known = seen.get(part.name) ?? { least: 0, most: 0, values: [] };
  known.least = Math.min(known.least, least!);
  known.most = Math.max(known.most, most!);
  known.values.push((await part.sample.data<'float32'>()).slice());
  seen.set(part.name, known);
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** Chooses the range of a grid; 0 is within. */
function rangeOf({ least, most, values }: Seen, how: Calibration): Range {
  if (how === 'min-max') return { least, most };
  const all = Float32Array.from({ length: values.reduce((sum, { length }) => sum + length, 0) });
  let next = 0;
  for (const part of values) {
    all.set(part, next);
    next += part.length;
  }
  if (how === 'percentile') {
    const sorted = all.sort();
    const beyond = Math.floor(((1 - PERCENTILE) / 2) * sorted.length);
    return { least: Math.min(0, sorted[beyond]!), most: Math.max(0, sorted.at(-1 - beyond)!) };
  }
  const ranges = CLIPS.map((clip) => ({ least: least * clip, most: most * clip }));
  return ranges
    .map((range) => ({ range, error: errorOf(all, gridOf(range)) }))
    .reduce((a, b) => (b.error < a.error ? b : a)).range;
}

/** Makes the grid of a range, in which 0 is a level. */
export function gridOf({ least, most }: Range): ActivationGrid {
  const scale = Math.fround((most - least) / MOST);
  if (!(scale > 0)) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(MOST, Math.max(0, Math.round(-least / scale))) };
}

function errorOf(values: Float32Array, { scale, zeroPoint }: ActivationGrid): number {
  let error = 0;
  for (const value of values) {
    const level = Math.min(MOST, Math.max(0, Math.round(value / scale) + zeroPoint));
    error += (value - (level - zeroPoint) * scale) ** 2;
  }
  return error;
}
