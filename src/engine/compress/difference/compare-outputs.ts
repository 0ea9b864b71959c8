import { CancelledError } from '../../../protocol/errors';
import type { OutputDifference } from '../../../protocol/difference';
import { tf } from '../../tf';
import type { ModelContent } from '../../checkpoint/types';
import type { Examples } from '../../dataset/examples';
import { inputShape } from '../../measure/input-shape';
import { INFERENCE, type Network } from '../../model/network';
import { toNetwork, whyNotRunnable } from '../../model/runnable';
import { readGraph } from '../../model/graph';
import { withInputShape } from '../../model/input-shapes';
import { breathe } from '../../pause';
import { withoutLastActivations } from './last-activations';
import { noiseFor, picturesFor, type Batch } from './noise';
import { RelativeDifference, type Figures } from './relative-difference';

const SAMPLES = 200;
const BATCH_SIZE = 50;

/** The result of a comparison, or one sentence that says why outputs were not compared. */
export interface OutputCheck {
  readonly difference: OutputDifference | null;
  readonly notCompared?: string;
}

/** The examples for a comparison, and a signal that cancels it. */
export interface CompareOptions {
  /** Validation images; without them, seeded noise is used. */
  readonly images?: Examples | undefined;
  /** Size of the noise, see `closeInputs`. */
  readonly inputShape?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The differences between the outputs of two models: of each figure, that of the output where it is largest. */
export interface OutputComparison extends Figures {
  readonly samples: number;
  readonly on: OutputDifference['on'];
}

/**
 * Compares the outputs of two models with the same inputs, without their last activations. Uses the first validation images,
 * or else seeded noise.
 * @param expected the reference model; the spread and the size of its outputs are the units
 * @param enough the largest share of the spread at which outputs count as equal: where noise shows more, and outputs hardly
 * vary, pictures decide
 * @returns one sentence where the models cannot run
 * @throws CancelledError
 */
export async function compareOutputs(
  expected: ModelContent,
  got: ModelContent,
  enough: number,
  { images, inputShape, signal }: CompareOptions = {},
): Promise<OutputComparison | string> {
  const onImages = images !== undefined && readGraph(expected).inputs.length === 1;
  // Images have a size of their own.
  const sized = (model: ModelContent): ModelContent => (onImages ? model : withInputShape(model, inputShape));
  const why = whyNotRunnable(sized(expected));
  if (why !== undefined) return why;
  const pair = {
    expected: () => toNetwork(withoutLastActivations(sized(expected))),
    got: () => toNetwork(withoutLastActivations(sized(got))),
  };
  const inputs = (network: Network) => (onImages ? imagesFor(network, images) : noiseFor(network));
  const first = await compare(pair, inputs, onImages ? 'validation' : 'noise', signal);
  // Where the answers hardly vary, the difference is that of rounding.
  const decided = onImages || !first?.steady || !(first.spread > enough);
  const other = decided ? undefined : await compare(pair, picturesFor, 'noise', signal);
  const compared = other ?? first;
  if (!compared) throw new Error('there was nothing to compare on');
  return compared;
}

/** Two networks, each made when it is needed. */
interface Pair {
  readonly expected: () => Promise<Network>;
  readonly got: () => Promise<Network>;
}

/** Bytes of outputs after which no more are kept. */
const KEPT_BYTES = 64 * 1024 * 1024;

/**
 * Compares two networks, one after the other: large ones would not be in memory together. Where the outputs are large, they
 * are.
 * @param batchesFor makes the same batches each time; null where it has none for a network
 */
async function compare(
  pair: Pair,
  batchesFor: (network: Network) => Iterable<Batch> | null,
  on: OutputDifference['on'],
  signal?: AbortSignal,
): Promise<OutputComparison | undefined> {
  const kept: Float32Array[][] = [];
  const large = await pair.expected();
  let open = true;
  const close = (): void => {
    if (open) large.dispose();
    open = false;
  };
  try {
    const batches = batchesFor(large);
    if (!batches) return undefined;
    let [bytes, all] = [0, true];
    for (const { inputs } of batches) {
      all = bytes <= KEPT_BYTES;
      if (!all) break;
      if (signal?.aborted) throw new CancelledError();
      const outputs = await outputsOf(large, inputs);
      kept.push(outputs);
      bytes += outputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
      await breathe();
    }
    if (all) close();
    const small = await pair.got();
    try {
      const spreads = large.outputs.map(({ shape }) => new RelativeDifference(shape.at(-1) ?? 1));
      let [samples, i] = [0, 0];
      for (const { count, inputs } of batchesFor(large) ?? []) {
        if (signal?.aborted) throw new CancelledError();
        const [a, b] = [kept[i++] ?? (await outputsOf(large, inputs)), await outputsOf(small, inputs)];
        spreads.forEach((spread, output) => spread.add(a[output]!, b[output]!, count));
        samples += count;
        await breathe();
      }
      return { ...largestOf(spreads), samples, on };
    } finally {
      small.dispose();
    }
  } finally {
    close();
  }
}

function largestOf(spreads: readonly RelativeDifference[]): Figures {
  const all = spreads.map((spread) => spread.figures());
  const most = (key: 'spread' | 'size' | 'error'): number => Math.max(...all.map((one) => one[key]));
  const spread = most('spread');
  const steady = all.some((one) => one.steady && Object.is(one.spread, spread));
  return { spread, steady, size: most('size'), error: most('error') };
}

/** Yields the first images, batch by batch. */
function* imagesFor(network: Network, images: Examples): Generator<Batch> {
  const form = inputShape(network.inputs[0]!.shape, images.shape);
  for (let from = 0; from < Math.min(SAMPLES, images.length); from += BATCH_SIZE) {
    const { values, count } = images.batch(from, Math.min(BATCH_SIZE, SAMPLES - from));
    yield { count, inputs: [{ data: values, shape: [count, ...form] }] };
  }
}

async function outputsOf(network: Network, inputs: Batch['inputs']): Promise<Float32Array[]> {
  const outputs = tf.tidy(() => {
    const given = inputs.map(({ data, shape }) => tf.tensor(data, [...shape]));
    return network.forward(given, INFERENCE);
  });
  try {
    // They outlive the network.
    return await Promise.all(outputs.map(async (output) => (await output.data<'float32'>()).slice()));
  } finally {
    tf.dispose(outputs);
  }
}
