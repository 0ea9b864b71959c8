import type { LevelRow } from '../../protocol/measure/levels';
import { toPixel, type Axis } from '../ui/scale';

/** Pixels between two rows. */
const GAP = 2;

/** An SVG path of a vertical line for each level inside the axis; rows are one below the other, the first on top. */
export function levelsPath(rows: readonly Pick<LevelRow, 'levels'>[], axis: Axis, height: number): string {
  const each = height / Math.max(1, rows.length);
  const tall = rows.length > 1 ? Math.max(1, each - GAP) : each;
  const lines: string[] = [];
  rows.forEach(({ levels }, row) => {
    const drawn = new Set<number>();
    for (const level of levels) {
      const x = Math.floor(toPixel(axis, level)) + 0.5;
      // Levels that fall on one pixel are one line.
      if (level < axis.from || level > axis.to || drawn.has(x)) continue;
      drawn.add(x);
      lines.push(`M${x} ${(row * each).toFixed(1)}v${tall.toFixed(1)}`);
    }
  });
  return lines.join('');
}
