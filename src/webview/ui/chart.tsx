import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useWidth } from '../histogram/use-width';
import { readTheme, useThemeVersion, type Theme } from './theme';

/** The style of axes for all plots of the page. */
export const axisOf = (theme: Theme): uPlot.Axis => ({
  stroke: theme.quiet,
  font: theme.font,
  grid: { stroke: theme.line, width: 1 },
  ticks: { show: false },
  size: 44,
});

/** A plot on a canvas that follows its width, its data and the theme. It is made again when `remake` changes. */
export function Chart({
  data,
  options,
  remake,
  label,
  testId,
  plot: handle,
}: {
  data: uPlot.AlignedData;
  options: (width: number, theme: Theme) => uPlot.Options;
  remake: string;
  /** The label for screen readers; a table or a text elsewhere has the figures. */
  label: string;
  testId?: string | undefined;
  plot?: RefObject<uPlot | null> | undefined;
}) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const own = useRef<uPlot | null>(null);
  const theme = useThemeVersion();
  const latest = useRef(data);
  latest.current = data;
  useLayoutEffect(() => {
    if (!ref.current || width === 0) return;
    const drawn = new uPlot(options(width, readTheme()), latest.current, ref.current);
    own.current = drawn;
    if (handle) handle.current = drawn;
    return () => {
      own.current = null;
      if (handle) handle.current = null;
      drawn.destroy();
    };
  }, [width, remake, theme]);
  useEffect(() => own.current?.setData(data), [data]);
  return <div class="curve" ref={ref} role="img" aria-label={label} data-testid={testId} />;
}
