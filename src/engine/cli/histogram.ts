import type { Histogram } from '../../protocol/measure';
import { visible } from '../../protocol/visible';
import { count, percent, weight } from '../../protocol/format';

const BARS = ' ▁▂▃▄▅▆▇█';

/** Draws a histogram in three lines: name and figures, a bar of one character per bin, the range. */
export function histogramLine(histogram: Histogram): string {
  const { layer, count: total, zeros, nan, infinite, mean, std, start, width, counts } = histogram;
  const highest = Math.max(1, ...counts);
  const bars = counts.map((bin) => BARS[bin === 0 ? 0 : Math.max(1, Math.round((bin / highest) * (BARS.length - 1)))]!);
  const odd = [nan > 0 ? `${count(nan)} NaN` : '', infinite > 0 ? `${count(infinite)} infinite` : ''];
  const figures = [
    `${count(total)} weights`,
    `${count(zeros)} zeros (${percent(total === 0 ? 0 : zeros / total, 1)})`,
    `mean ${weight(mean, 4)}`,
    `std ${weight(std, 4)}`,
    ...odd.filter((text) => text !== ''),
  ];
  const from = weight(start, 4);
  const to = weight(start + width * counts.length, 4);
  return [
    `${visible(layer ?? 'all prunable kernels')}: ${figures.join(', ')}`,
    `  |${bars.join('')}|`,
    `   ${from}${to.padStart(Math.max(1, counts.length - from.length))}`,
  ].join('\n');
}
