import { describe, expect, it } from 'vitest';
import { EpochRecord } from '../../../src/protocol/epoch';
import { Measurement } from '../../../src/protocol/measure/measurement';
import { SensitivityPoint } from '../../../src/protocol/measure/sensitivity';
import { measured } from '../../../src/protocol/metric';
import { ParetoCurve, metricOfPlans } from '../../../src/protocol/pareto';
import { RunResult } from '../../../src/protocol/run';
import { outcome, StepResult } from '../../../src/protocol/steps';

/** Parses a text of an earlier version, and what is written of it once more. */
function twice<T>(schema: { parse: (value: unknown) => T }, text: string): T {
  const read = schema.parse(JSON.parse(text));
  expect(schema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
  return read;
}

describe('what earlier versions wrote is read with metrics, and keeps its keys', () => {
  it('epochs', () => {
    const old = '{"epoch":1,"loss":0.3,"accuracy":0.9,"validationAccuracy":0.88,"testAccuracy":0.87,"seconds":5}';
    expect(twice(EpochRecord, old)).toEqual({
      ...{ epoch: 1, loss: 0.3, accuracy: 0.9, validationAccuracy: 0.88, testAccuracy: 0.87, seconds: 5 },
      training: [measured('accuracy', 0.9)],
      validation: [measured('accuracy', 0.88)],
      test: [measured('accuracy', 0.87)],
    });
    const withoutTest = '{"epoch":1,"loss":0.3,"accuracy":0.9,"validationAccuracy":0.88,"seconds":5}';
    expect(twice(EpochRecord, withoutTest)).not.toHaveProperty('test');
    expect(EpochRecord.safeParse({ epoch: 1, loss: 0.3, seconds: 5 }).success).toBe(false);
  });

  it('the baseline and the points of a scan', () => {
    const metrics = [measured('accuracy', 0.9), measured('top5', 1), measured('loss', 0.2)];
    expect(twice(Measurement, '{"accuracy":0.9,"top5":1,"loss":0.2}')).toEqual({
      ...{ accuracy: 0.9, top5: 1, loss: 0.2 },
      metrics,
    });
    const point = '{"sparsity":0.5,"reached":0.4,"accuracy":0.9,"top5":1,"loss":0.2}';
    expect(twice(SensitivityPoint, point)).toMatchObject({ sparsity: 0.5, reached: 0.4, accuracy: 0.9, metrics });
  });

  it('the plans of a target', () => {
    const figures =
      '"bytes":1,"gzipBytes":1,"params":1,"nonzero":1,"macs":1,"nonzeroMacs":1,"sparsity":0.5,"meets":true';
    const point = `{"step":{"step":"prune"},"predictedLoss":1,"accuracy":0.8,"loss":1,${figures}}`;
    const curve = twice(
      ParetoCurve,
      `{"goal":{"accuracy":0.7},"samples":9,"sampleData":true,"baseline":{"accuracy":0.9,"loss":0.5,"gzipBytes":5},"points":[${point}],"chosen":0}`,
    );
    expect(curve.points[0]!.metrics[0]).toEqual(measured('accuracy', 0.8));
    expect(curve.baseline).toMatchObject({
      accuracy: 0.9,
      metrics: [measured('accuracy', 0.9), measured('loss', 0.5)],
    });
    expect(metricOfPlans(curve)).toEqual({ name: 'accuracy' });
  });

  it('the results of steps and of runs', () => {
    const pruned = StepResult.parse(JSON.parse('{"step":"prune","layers":[],"accuracy":0.912}'));
    expect(outcome(pruned)).toBe('test accuracy 91.20%');
    const totals = '{"params":10,"nonzero":5,"kernelWeights":10,"sparsity":0.5,"macs":1,"bytes":40,"gzipBytes":2300}';
    const result = twice(
      RunResult,
      `{"out":"m","folder":"f","steps":[],"before":${totals},"after":${totals},"accuracy":{"before":0.9,"afterPrune":0.8,"afterFineTune":null,"split":"validation"},"sampleData":false}`,
    );
    expect(result.accuracy).toEqual({ before: 0.9, afterPrune: 0.8, afterFineTune: null, split: 'validation' });
    expect(result.metrics).toEqual({
      before: [measured('accuracy', 0.9)],
      afterPrune: [measured('accuracy', 0.8)],
      afterFineTune: null,
      split: 'validation',
    });
  });
});
