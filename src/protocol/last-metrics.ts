import { reportedMetrics } from './epoch';
import type { MetricValues } from './metric';
import type { RunResult } from './run';

/** The metrics at the end of a run; null if nothing was measured. */
export function lastMetrics({ metrics, steps }: RunResult): MetricValues | null {
  // Rewound weights were not measured after the rewind.
  if (steps.at(-1)?.step === 'rewind') return null;
  return metrics.afterFineTune ?? metrics.afterPrune ?? trainedMetrics(steps);
}

/** The metrics that the best epoch reports, or those of the last `evaluate` on examples that are not for training. */
function trainedMetrics(steps: RunResult['steps']): MetricValues | null {
  for (const step of [...steps].reverse()) {
    if (step.step === 'evaluate' && step.evaluation.split !== 'train') return step.evaluation.metrics;
    if (step.step === 'train' || step.step === 'finetune' || step.step === 'distill') return reportedMetrics(step.best);
  }
  return null;
}
