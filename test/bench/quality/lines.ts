import type { Latency } from '../../../src/protocol/measure/latency';
import { atLeast, atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { mean } from './figures';
import type { DenseFigures, MethodFigures, OneShotFigures } from './measured';
import { oneShot } from './methods';

const POINTS = 100;

/** Each method beside the dense network, in points of test accuracy. */
export function methodLines(methods: readonly MethodFigures[], dense: DenseFigures): BenchLine[] {
  return methods.map(({ method, accuracy }) =>
    atLeast(
      `${method.what}: against dense`,
      (mean(accuracy) - mean(dense[method.of ?? 'longer'])) * POINTS,
      'points',
      Number((method.reach * POINTS).toFixed(3)),
    ),
  );
}

/** The time of a smaller network as a share of that of the dense one. */
export function latencyLines({ batches }: Latency): BenchLine[] {
  return batches.map(({ batch, ratio }) =>
    atMost(`half of the MACs: time at batch ${batch}, by that of the dense network`, ratio ?? 1, '', 0.65),
  );
}

/** Formats the loss of OBC at 80% beside that of magnitude, and the best score beside random. */
export function oneShotLines(figures: readonly OneShotFigures[], { start }: DenseFigures): BenchLine[] {
  const at = (score: string, sparsity: number): number => {
    const row = figures.find((one) => one.score === score)?.accuracy[
      oneShot.sparsities.findIndex((s) => s === sparsity)
    ];
    if (!row) throw new Error(`the bench has no figure of ${score} at ${sparsity}`);
    return mean(row);
  };
  const lost = (score: string): number => mean(start) - at(score, 0.8);
  const scores = figures.map(({ score }) => score).filter((score) => score !== 'random');
  return [
    atMost('one-shot, 80 %: loss of OBC by that of magnitude', lost('obc') / lost('magnitude'), '', 0.5),
    ...oneShot.sparsities.map((sparsity) => {
      const best = Math.max(...scores.map((score) => at(score, sparsity)));
      return atLeast(
        `one-shot, ${sparsity * POINTS} %: best score above random`,
        (best - at('random', sparsity)) * POINTS,
        'points',
        0,
      );
    }),
  ];
}
