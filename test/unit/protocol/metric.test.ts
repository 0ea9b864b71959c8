import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  figureWords,
  isBetter,
  keepsWithin,
  lossOf,
  measured,
  METRICS,
  metricDifference,
  MetricName,
  metricText,
  MetricValues,
  metricWords,
  readMetricBound,
} from '../../../src/protocol/metric';

const name = fc.constantFrom(...MetricName.options);
const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('a metric', () => {
  it('is better exactly where it loses less than nothing', () => {
    fc.assert(
      fc.property(name, number, number, (metric, a, b) => {
        expect(isBetter(metric, a, b)).toBe(lossOf(metric, a, b) < 0);
      }),
    );
  });

  it('is printed in its own form', () => {
    expect(metricText('accuracy', 0.912)).toBe('91.20%');
    expect(metricText('rmse', 0.051234)).toBe('0.05123');
    expect(metricText('psnr', 31.24)).toBe('31.2 dB');
    expect(metricWords(measured('r2', 0.87))).toBe('R² 0.87');
    expect(figureWords(measured('accuracy', 0.912), 1)).toBe('91.2% accuracy');
    expect(figureWords(measured('rmse', 0.0512))).toBe('RMSE 0.0512');
    expect(metricDifference('accuracy', -0.003)).toBe('−0.3 pt');
    expect(metricDifference('rmse', 0.012)).toBe('+0.012');
  });

  it('keeps its direction in what is measured', () => {
    for (const metric of MetricName.options) expect(measured(metric, 1).better).toBe(METRICS[metric].better);
    expect(MetricValues.safeParse([]).success).toBe(false);
    expect(MetricValues.parse([measured('accuracy', 0.5), measured('loss', 1)])).toHaveLength(2);
  });
});

describe('a bound', () => {
  test.each([
    ['rmse<=0.05', 0.05, 0.051],
    ['accuracy >= 0.9', 0.9, 0.89],
    ['MACRO-F1>=0.5', 0.6, 0.4],
  ])('%s keeps %d and refuses %d', (text, kept, refused) => {
    const bound = readMetricBound(text)!;
    expect(keepsWithin(bound, kept)).toBe(true);
    expect(keepsWithin(bound, refused)).toBe(false);
  });

  test.each([
    'accuracy>=90',
    'auc>=-1',
    '',
    'rmse',
    'rmse>=0.05',
    'accuracy<=0.9',
    'rmse<=',
    'rmse<=x',
    'speed>=1',
    'rmse<0.1',
  ])('"%s" is none', (text) => expect(readMetricBound(text)).toBeUndefined());
});
