import type { Histogram } from '../../protocol/measure';
import { visible } from '../../protocol/visible';
import { integer, number, percent } from './format';

const BARS = ' ▁▂▃▄▅▆▇█';

/** A histogram in three lines: name and figures, a bar of one character for each bin, the range under it. */
export function histogramLine(histogram: Histogram): string {
  const { layer, count, zeros, nan, infinite, mean, std, start, width, counts } = histogram;
  const highest = Math.max(1, ...counts);
  const bars = counts.map((bin) => BARS[bin === 0 ? 0 : Math.max(1, Math.round((bin / highest) * (BARS.length - 1)))]!);
  const odd = [nan > 0 ? `${integer(nan)} NaN` : '', infinite > 0 ? `${integer(infinite)} infinite` : ''];
  const figures = [
    `${integer(count)} weights`,
    `${integer(zeros)} zeros (${percent(count === 0 ? 0 : zeros / count, 1)})`,
    `mean ${number(mean)}`,
    `std ${number(std)}`,
    ...odd.filter((text) => text !== ''),
  ];
  const from = number(start);
  const to = number(start + width * counts.length);
  return [
    `${visible(layer ?? 'all prunable kernels')}: ${figures.join(', ')}`,
    `  |${bars.join('')}|`,
    `   ${from}${to.padStart(Math.max(1, counts.length - from.length))}`,
  ].join('\n');
}
