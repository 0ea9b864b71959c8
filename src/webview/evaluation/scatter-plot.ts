import { t } from '../../protocol/l10n';
import { GUTTER, plotOf, type Plot } from '../chart/plot';
import { COUNT_UNITS } from '../ui/scale';

/** A number of an answer; one that is not finite has no place. */
export type Pair = readonly [truth: number, predicted: number];

/**
 * Lays out predicted over true values. Both axes have the same values, so that right answers lie on the diagonal.
 * @param side of the square inside, in pixels
 */
export function scatterPlot(points: readonly Pair[], side: number): Plot {
  const both = { values: points.flat(), units: COUNT_UNITS };
  const size = { width: side + GUTTER.width, height: side + GUTTER.height };
  return plotOf({ ...size, x: { ...both, title: t('True') }, y: { ...both, title: t('Predicted') } });
}
