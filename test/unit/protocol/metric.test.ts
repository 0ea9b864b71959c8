import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { englishIn, inChinese } from '../l10n/chinese';
import {
  boundText,
  boundWords,
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
  writtenBound,
} from '../../../src/protocol/metric';

/** A bound on a metric on its better side. */
const boundOn = (metric: MetricName, output?: string) =>
  ({ name: metric, output, bound: METRICS[metric].better === 'higher' ? 'at least' : 'at most', value: 0.9 }) as const;

const name = fc.constantFrom(...MetricName.options);
const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('a metric', () => {
  it.each(MetricName.options)('of the name %s is bound in words, and in Chinese ones', (metric) => {
    const { words, better } = METRICS[metric];
    const side = better === 'higher' ? 'more' : 'less';
    expect(boundWords(boundOn(metric))).toBe(`a validation ${words} of 0.9 or ${side}`);
    expect(boundWords(boundOn(metric, 'age'))).toBe(`a validation ${words} of 0.9 or ${side} for age`);
    for (const one of [boundOn(metric), boundOn(metric, 'age')])
      expect(englishIn(inChinese(boundWords(one)))).toEqual([]);
  });

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
    expect(metricWords(measured('r2', 0.87))).toBe('R² 0.8700');
    expect(figureWords(measured('accuracy', 0.912), 1)).toBe('91.2% accuracy');
    expect(figureWords(measured('rmse', 0.0512))).toBe('RMSE 0.05120');
    expect(metricDifference('accuracy', -0.003)).toBe('−0.3 pt');
    expect(metricDifference('rmse', 0.012)).toBe('+0.01200');
  });

  it('has the same number of digits in each row of a column', () => {
    const digits = (text: string): number => text.replace(/e.*|[^0-9]/g, '').replace(/^0+(?=\d{4})/, '').length;
    for (const value of [0.523, 0.5144, 0.5, 14.1885, 200, 0.0001, 9999.4, 0.00002, 1.5e10, -0.25])
      expect([value, digits(metricText('rmse', value))]).toEqual([value, 4]);
    expect(metricText('rmse', 9999.6)).toBe('1.000e4');
    expect(metricText('rmse', 25_134.4)).toBe('25,134');
    expect(metricText('rmse', 0)).toBe('0.000');
    expect(metricText('r2', -0.25)).toBe('\u22120.2500');
    expect(metricText('psnr', 100)).toBe('100 dB');
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

  test('names an output, whose name may have dots', () => {
    expect(readMetricBound('age.mae<=3')).toEqual({ name: 'mae', output: 'age', bound: 'at most', value: 3 });
    const bound = readMetricBound('Head 1.cm.MAE <= 3')!;
    expect(bound).toEqual({ name: 'mae', output: 'Head 1.cm', bound: 'at most', value: 3 });
    expect(boundText(bound)).toBe('MAE for Head 1.cm <= 3');
    expect(readMetricBound(writtenBound('mae', 3, 'Head 1.cm'))).toEqual(bound);
  });

  test.each([
    '.mae<=3',
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
