import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { Latency, LatencyFigures, LatencyOptions, TimedModel } from '../../protocol/measure/latency';
import type { ModelTotals } from '../../protocol/model';
import { percent } from '../../protocol/format';
import type { ModelContent } from '../checkpoint/types';
import { Random } from '../dataset/random';
import type { TracedFunction } from 'tfjs-backend-onnxruntime';
import { readGraph } from '../model/graph';
import type { Network } from '../model/network';
import { toNetwork } from '../model/runnable';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';
import { forwardPass } from './forward';

/** A model to time, with its figures. */
export interface Candidate {
  readonly model: ModelContent;
  readonly figures: TimedModel;
}

const STREAM = 0x1a7e;

/**
 * Times forward passes on seeded noise, because values do not change the speed. Two models alternate, each time in the
 * other order, so that other load on the machine affects both alike.
 * @throws UserError where a model cannot run or leaves its input size open, CancelledError
 */
export async function measureLatency(
  candidates: readonly [Candidate] | readonly [Candidate, Candidate],
  { batches, runs, warmUp }: LatencyOptions,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: ((progress: Progress) => void) | undefined },
): Promise<Omit<Latency, 'backend'>> {
  const [first, second] = candidates;
  const running: Network[] = [];
  try {
    for (const { model } of candidates) running.push(await toNetwork(model));
    const meter = new ProgressMeter('timing', batches.length * (runs + warmUp) * running.length, 'passes', onProgress);
    const measured: Latency['batches'] = [];
    for (const batch of batches) {
      const passes = running.map((network, i) => onNoise(network, batch, candidates[i]!.figures.name));
      try {
        const times: number[][] = running.map(() => []);
        for (let run = -warmUp; run < runs; run++) {
          const order = [...running.keys()];
          if (run % 2 !== 0) order.reverse();
          for (const i of order) {
            if (signal.aborted) throw new CancelledError();
            const milliseconds = await timed(passes[i]!);
            if (run >= 0) times[i]!.push(milliseconds);
            meter.advance(1);
          }
          await breathe();
        }
        const [model, other = null] = times.map(figuresOf);
        measured.push({ batch, model: model!, other, ratio: other && other.median / model!.median });
      } finally {
        for (const { pass } of passes) pass.dispose();
      }
    }
    return {
      model: first.figures,
      other: second?.figures ?? null,
      batches: measured,
      note: second ? noteOfTwo(first, second, measured) : noteOfOne(first.figures),
    };
  } finally {
    for (const network of running) network.dispose();
  }
}

/** A forward pass and its input. */
interface NoisyPass {
  readonly pass: TracedFunction;
  /** The numbers that enter each input. */
  readonly values: readonly Float32Array[];
}

/** The figures of a model beside its times. */
export const timedModel = (
  name: string,
  path: string,
  { params, sparsity, macs, macsFor }: ModelTotals,
): TimedModel => ({ ...{ name, path, params, sparsity, macs }, ...(macsFor ? { macsFor } : {}) });

/** @throws UserError where a size is open */
function known(size: number | null, shape: readonly (number | null)[], name: string): number {
  if (size !== null) return size;
  throw new UserError(
    `The model "${name}" leaves the size of its input open (${shape.map((one) => one ?? '?').join('x')}), so its latency cannot be measured: give its input layer a size.`,
  );
}

function onNoise(network: Network, batch: number, name: string): NoisyPass {
  const stream = new Random(STREAM);
  const shapes = network.inputs.map(({ shape: [, ...inner] }) => [
    batch,
    ...inner.map((size) => known(size, inner, name)),
  ]);
  const values = shapes.map((shape) => {
    const length = shape.reduce((all, size) => all * size, 1);
    return Float32Array.from({ length }, () => stream.uint32() / 2 ** 31 - 1);
  });
  return { pass: forwardPass(network, shapes), values };
}

async function timed({ pass, values }: NoisyPass): Promise<number> {
  const start = performance.now();
  await pass.run(...values);
  return performance.now() - start;
}

/** Computes median, quartiles (between ranks, as NumPy's default) and minimum. */
export function figuresOf(milliseconds: readonly number[]): LatencyFigures {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (place - Math.floor(place)) * (above - below);
  };
  return { median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75), min: at(0), runs: sorted.length };
}

function noteOfOne({ sparsity }: TimedModel): string {
  return sparsity > 0
    ? `${percent(sparsity, 1)} of the kernel weights are 0, which gives no speed: zeros are multiplied like any number, and only removing channels does.`
    : 'Weights that are pruned to 0 would give no speed: zeros are multiplied like any number, and only removing channels does.';
}

function timesOf([first, ...others]: Latency['batches']): string {
  if (!first) return '';
  const share = percent(first.ratio ?? 1, 1);
  return others.length === 0
    ? `${share} of the time at batch ${first.batch}`
    : `${share} of the time at batch ${first.batch}, ${timesOf(others)}`;
}

function noteOfTwo(first: Candidate, second: Candidate, measured: Latency['batches']): string {
  const shapes = ({ model }: Candidate) =>
    JSON.stringify(readGraph(model).layers.map(({ type, outputShape, params }) => [type, outputShape, params]));
  if (shapes(first) === shapes(second))
    return 'Both have the same shapes, so the same speed: zeros are multiplied like any number.';
  const [before, after] = [first.figures.macs, second.figures.macs];
  const times = timesOf(measured);
  return before === null || after === null || before === 0
    ? `The second model takes ${times}.`
    : `The second model has ${percent(after / before, 1)} of the multiply-accumulates and takes ${times}.`;
}
