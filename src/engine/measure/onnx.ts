import { OnnxSession } from 'tfjs-backend-onnxruntime';
import { checkIsLocal } from '../backend-choice/global-paths';
import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { OnnxFigures } from '../../protocol/onnx';
import type { ModelContent } from '../checkpoint/types';
import type { Batch, Examples } from '../dataset/examples';
import type { Dataset } from '../dataset/open-data';
import type { Exported } from '../onnx/export';
import { INFERENCE } from '../model/network';
import { toNetwork } from '../model/runnable';
import { breathe } from '../pause';
import { ProgressMeter } from '../progress-meter';
import { tf } from '../tf';
import { figuresOf } from './latency';
import { withTask, type TaskedNetwork } from './tasked-network';

/** Examples in one pass. */
const BATCH_SIZE = 100;
/** Batch sizes whose latency is measured, and their passes. */
const LATENCY_BATCHES = [1, 100];
const RUNS = 30;
const WARM_UP = 3;
/** Steps of 8 bits over a range. */
const STEPS = 255;

/** An ONNX file and the model that it was made of. */
export interface OnnxSubject {
  /** The model whose activations are quantized: TensorFlow.js simulates the file with it. */
  readonly model: ModelContent;
  /** As read back from the disk. */
  readonly file: Exported;
  /** The same network in floating point. */
  readonly float: Exported;
}

/**
 * Runs an ONNX file in ONNX Runtime: its metrics on the split for reports, the difference of its outputs from those of the
 * simulation, and its latency beside the same network in floating point.
 * @throws UserError where model and examples do not fit, Error where ONNX Runtime refuses the file, CancelledError
 */
export async function measureOnnx(
  { model, file, float }: OnnxSubject,
  data: Dataset,
  { threads, signal, onProgress }: { threads: number; signal: AbortSignal; onProgress?: (progress: Progress) => void },
): Promise<OnnxFigures> {
  const examples = data.split(data.reported);
  const network = await toNetwork(model);
  const sessions: OnnxSession[] = [];
  try {
    const session = OnnxSession.open(file.bytes, { threads, checkModule: checkIsLocal });
    sessions.push(session);
    const tasked = withTask(network, examples);
    const meter = new ProgressMeter('running model.onnx', examples.length, examples.noun, onProgress);
    const sums = tasked.task.meter();
    const differences = new Differences();
    for (let from = 0; from < examples.length; from += BATCH_SIZE) {
      if (signal.aborted) throw new CancelledError();
      const batch = examples.batch(from, BATCH_SIZE);
      const outputs = answersOf(session, file, tasked, batch);
      differences.add(await simulated(tasked, batch), outputs);
      sums.add(await scoresOf(tasked, outputs, batch.count), tasked.targetsOf(batch), batch.count);
      meter.advance(batch.count);
      await breathe();
    }
    const other = OnnxSession.open(float.bytes, { threads, checkModule: checkIsLocal });
    sessions.push(other);
    return {
      ...{ bytes: file.bytes.length, split: examples.split, samples: sums.samples, metrics: sums.values },
      difference: differences.inSteps(),
      latency: await timed({ session, file }, { session: other, file: float }, tasked, examples, signal),
    };
  } finally {
    for (const session of sessions) session.dispose();
    network.dispose();
  }
}

/** Computes the outputs of a file for a batch. */
function answersOf(
  session: OnnxSession,
  { inputs, outputs }: Exported,
  tasked: TaskedNetwork,
  batch: Batch,
): Float32Array[] {
  const shapes = tasked.shapesOf(batch.count);
  const values = tasked.inputsOf(batch);
  const feeds = Object.fromEntries(inputs.map((name, i) => [name, { data: values[i]!, shape: shapes[i]! }]));
  const found = session.run(feeds, outputs);
  return outputs.map((name) => found.get(name)!);
}

/** Computes the same outputs in TensorFlow.js. */
async function simulated(tasked: TaskedNetwork, batch: Batch): Promise<Float32Array[]> {
  const shapes = tasked.shapesOf(batch.count);
  const outputs = tf.tidy(() =>
    tasked.network.forward(
      tasked.inputsOf(batch).map((values, i) => tf.tensor(values, shapes[i])),
      INFERENCE,
    ),
  );
  try {
    return await Promise.all(outputs.map(async (output) => (await output.data<'float32'>()).slice()));
  } finally {
    tf.dispose(outputs);
  }
}

async function scoresOf(
  { task, outputs }: TaskedNetwork,
  values: readonly Float32Array[],
  count: number,
): Promise<Float32Array> {
  const scores = tf.tidy(() =>
    task.scoresFrom(outputs.map(({ shape }, i) => tf.tensor(values[i]!, [count, ...shape]))),
  );
  try {
    return (await scores.data<'float32'>()).slice();
  } finally {
    scores.dispose();
  }
}

/** The differences of outputs from simulated ones, each in steps over the range of its output. */
class Differences {
  readonly #outputs: { least: number; most: number; largest: number; squares: number; count: number }[] = [];

  add(expected: readonly Float32Array[], found: readonly Float32Array[]): void {
    for (const [i, values] of expected.entries()) {
      const one = (this.#outputs[i] ??= { least: Infinity, most: -Infinity, largest: 0, squares: 0, count: 0 });
      values.forEach((value, k) => {
        const difference = Math.abs(value - found[i]![k]!);
        if (value < one.least) one.least = value;
        if (value > one.most) one.most = value;
        if (difference > one.largest) one.largest = difference;
        one.squares += difference ** 2;
        one.count++;
      });
    }
  }

  inSteps(): OnnxFigures['difference'] {
    const parts = this.#outputs.map(({ least, most, largest, squares, count }) => {
      const step = (most - least) / STEPS || 1;
      return { largest: largest / step, typical: Math.sqrt(squares / Math.max(1, count)) / step };
    });
    return {
      largest: Math.max(0, ...parts.map(({ largest }) => largest)),
      typical: Math.max(0, ...parts.map(({ typical }) => typical)),
    };
  }
}

interface Timed {
  readonly session: OnnxSession;
  readonly file: Exported;
}

/** Times both files in turns, each time in the other order. */
async function timed(
  int8: Timed,
  float: Timed,
  tasked: TaskedNetwork,
  examples: Examples,
  signal: AbortSignal,
): Promise<OnnxFigures['latency']> {
  const found: OnnxFigures['latency'] = [];
  for (const batch of LATENCY_BATCHES.filter((size) => size <= examples.length)) {
    const given = examples.batch(0, batch);
    const times = { int8: [] as number[], float: [] as number[] };
    for (let run = -WARM_UP; run < RUNS; run++) {
      if (signal.aborted) throw new CancelledError();
      const order = run % 2 === 0 ? (['int8', 'float'] as const) : (['float', 'int8'] as const);
      for (const which of order) {
        const { session, file } = which === 'int8' ? int8 : float;
        const start = performance.now();
        answersOf(session, file, tasked, given);
        if (run >= 0) times[which].push(performance.now() - start);
      }
      await breathe();
    }
    found.push({ batch, float: figuresOf(times.float), int8: figuresOf(times.int8) });
  }
  return found;
}
