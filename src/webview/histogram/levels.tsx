import { useMemo } from 'preact/hooks';
import { levels } from '../state/levels';
import type { Axis } from '../ui/scale';
import { levelsPath } from './levels-path';

/** Up to so many levels, lines have an edge in the colour of the page, so that they can be told from bars. */
const FEW = 64;

/** The values that weights would take, as lines across the bars: a row of lines for each scale that is listed. */
export function Levels({ axis: { from, to, width }, height }: { axis: Axis; height: number }) {
  const answer = levels.value?.answer;
  const rows = answer?.state === 'changed' ? answer.rows : undefined;
  const path = useMemo(() => rows && levelsPath(rows, { from, to, width }, height), [rows, from, to, width, height]);
  if (!rows || path === undefined || path === '') return null;
  return (
    <svg class="levels" width={width} height={height} aria-hidden="true" data-testid="levels" data-rows={rows.length}>
      {/* Behind many lines there would be no bars left. */}
      {rows[0]!.levels.length <= FEW && <path class="halo" d={path} />}
      <path d={path} />
    </svg>
  );
}
