import { trace } from 'tfjs-backend-onnxruntime';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { ModelContent } from '../checkpoint/types';
import { Random } from '../dataset/random';
import type { LayerRun } from '../model/network';
import { toNetwork } from '../model/runnable';
import { breathe } from '../pause';
import { ProgressMeter } from '../progress-meter';
import { figuresOf } from './latency';

/** The time of a layer that runs by itself, for one example. */
export interface LayerTime {
  readonly name: string;
  /** Median milliseconds of all its calls in a pass. */
  readonly milliseconds: number;
  /** Half of the runs lie within this share of the median, on either side. */
  readonly noise: number;
}

/** Passes before the timed ones, and timed ones: at most so many, or so many milliseconds once there are the fewest. */
const WARM_UP = 2;
const [FEWEST, MOST, LONGEST_MS] = [7, 40, 120];
const STREAM = 0x1a7e;

/**
 * Times each layer of a model by itself, at batch 1, on seeded noise. What surrounds a layer is not in its time: reading and
 * writing its tensors is, and what the library computes together with its neighbors is not saved. So the shares of layers tell
 * more than their sum. A layer that cannot run by itself is left out.
 * @throws UserError where the model cannot run, CancelledError
 */
export async function layerTimes(
  model: ModelContent,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<LayerTime[]> {
  const network = await toNetwork(model);
  try {
    const runs = network.layerRuns();
    const meter = new ProgressMeter('timing layers', runs.length, 'layers', onProgress);
    const times: LayerTime[] = [];
    for (const run of runs) {
      const time = await timeOf(run, signal);
      if (time) times.push(time);
      meter.advance(1);
    }
    return times;
  } finally {
    network.dispose();
  }
}

/** @returns undefined where the layer does not run by itself @throws CancelledError */
async function timeOf({ name, inputs, calls, run }: LayerRun, signal: AbortSignal): Promise<LayerTime | undefined> {
  const stream = new Random(STREAM);
  const shapes = inputs.map((shape) => [1, ...shape]);
  const values = shapes.map((shape) =>
    // From 0 to 1, which a table of words and a square root take too.
    Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => stream.uint32() / 2 ** 32),
  );
  let pass;
  try {
    pass = trace((...tensors) => run(tensors), shapes);
    const times: number[] = [];
    let sum = 0;
    for (let i = -WARM_UP; i < FEWEST || (i < MOST && sum < LONGEST_MS); i++) {
      if (signal.aborted) throw new CancelledError();
      const start = performance.now();
      await pass.run(...values);
      const took = performance.now() - start;
      if (i >= 0) times.push(took);
      if (i >= 0) sum += took;
      await breathe();
    }
    const { median, lowerQuartile, upperQuartile } = figuresOf(times);
    return { name, milliseconds: median * calls, noise: (upperQuartile - lowerQuartile) / (2 * median) };
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    if (error instanceof UserError) return undefined;
    throw error;
  } finally {
    pass?.dispose();
  }
}
