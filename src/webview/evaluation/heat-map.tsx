import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { count } from '../../protocol/format';
import { heat } from './heat';
import type { ConfusionCell } from '../../protocol/measure/answers';
import { readTheme, useThemeVersion } from '../ui/theme';

/** A confusion matrix of many classes as a picture. The text below describes the cell under the pointer or the arrow keys. */
export function HeatMap({
  confusion,
  names,
  onShow,
}: {
  confusion: number[][];
  names: string[];
  /** Shows the examples of a cell; without it there are none to show. */
  onShow: ((cell: ConfusionCell) => void) | undefined;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cell, setCell] = useState<{ actual: number; predicted: number } | null>(null);
  const theme = useThemeVersion();
  const classes = confusion.length;
  const size = Math.max(2, Math.floor(480 / Math.max(1, classes)));

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const { background, blue, yellow } = readTheme();
    context.globalAlpha = 1;
    context.fillStyle = background;
    context.fillRect(0, 0, classes * size, classes * size);
    confusion.forEach((row, actual) =>
      row.forEach((samples, predicted) => {
        if (samples === 0) return;
        context.globalAlpha = heat(samples, row);
        context.fillStyle = actual === predicted ? blue : yellow;
        context.fillRect(predicted * size, actual * size, size, size);
      }),
    );
  }, [confusion, size, theme]);

  const move = (down: number, right: number): void => {
    const inside = (value: number): number => Math.max(0, Math.min(classes - 1, value));
    setCell((from) => ({
      actual: inside((from?.actual ?? 0) + down),
      predicted: inside((from?.predicted ?? 0) + right),
    }));
  };
  const name = (index: number): string => names[index] ?? String(index);
  return (
    <figure class="heat-map">
      <canvas
        ref={canvas}
        width={classes * size}
        height={classes * size}
        tabIndex={0}
        role="img"
        aria-label={
          onShow
            ? t('Confusion matrix of {0} classes: arrow keys read its cells, Enter shows examples of one', classes)
            : t('Confusion matrix of {0} classes: arrow keys read its cells', classes)
        }
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const scale = classes / Math.max(1, box.width);
          const at = (pixel: number): number => Math.max(0, Math.min(classes - 1, Math.floor(pixel * scale)));
          setCell({ actual: at(event.clientY - box.top), predicted: at(event.clientX - box.left) });
        }}
        onPointerLeave={() => setCell(null)}
        onClick={() => {
          if (cell) onShow?.(cell);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && cell) onShow?.(cell);
          const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
          if (!by) return;
          event.preventDefault();
          move(by[0] ?? 0, by[1] ?? 0);
        }}
      />
      <figcaption class="small quiet figures" aria-live="polite">
        {cell
          ? t(
              '{0} taken for {1}: {2}',
              name(cell.actual),
              name(cell.predicted),
              count(confusion[cell.actual]?.[cell.predicted] ?? 0),
            )
          : t('Rows are the actual class, columns the predicted one.')}
      </figcaption>
    </figure>
  );
}
