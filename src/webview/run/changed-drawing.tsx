import { useId } from 'preact/hooks';
import { plural } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import { fitting, MOST_PARTS, partWords, type Box, type ChangedPart } from './changed-parts';

const BOX = { width: 180, height: 50 };
/** Between boxes in a row, between parts, and between both columns. */
const GAP = { box: 16, part: 18, column: 50 };
const HEAD = 22;
const WIDTH = 2 * BOX.width + GAP.column + 2;
const RIGHT = BOX.width + GAP.column;

const heightOf = (boxes: number): number => Math.max(1, boxes) * (BOX.height + GAP.box) - GAP.box;
const partHeight = ({ before, after }: ChangedPart): number =>
  Math.max(heightOf(before.length), heightOf(after.length));

function Layer({ box: { name, type, size }, x, y }: { box: Box; x: number; y: number }) {
  const middle = x + BOX.width / 2;
  return (
    <g>
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={3} />
      <text class="name" x={middle} y={y + 17}>
        {fitting(name)}
      </text>
      <text x={middle} y={y + 31}>
        {fitting(type)}
      </text>
      <text x={middle} y={y + 44}>
        {fitting(size)}
      </text>
    </g>
  );
}

/** Layers one below the other, with arrows between them. */
function Row({ boxes, x, y, height }: { boxes: readonly Box[]; x: number; y: number; height: number }) {
  const start = y + (height - heightOf(boxes.length)) / 2;
  const middle = x + BOX.width / 2;
  return (
    <>
      {boxes.map((box, i) => {
        const top = start + i * (BOX.height + GAP.box);
        const from = top - GAP.box;
        return (
          <g key={box.name}>
            {i > 0 && <path d={`M${middle} ${from}v${GAP.box - 2}m-4 -5l4 5l4 -5`} />}
            <Layer box={box} x={x} y={top} />
          </g>
        );
      })}
      {boxes.length === 0 && (
        <text x={middle} y={start + BOX.height / 2 + 4}>
          {t('dropped')}
        </text>
      )}
    </>
  );
}

/** The changed part of a model before and after a step, as two small graphs. */
export function ChangedDrawing({ title, parts }: { title: string; parts: readonly ChangedPart[] }) {
  const id = useId();
  if (parts.length === 0) return null;
  const shown = parts.slice(0, MOST_PARTS);
  const tops = shown.reduce<number[]>((all, part) => [...all, all.at(-1)! + partHeight(part) + GAP.part], [HEAD]);
  const height = tops.at(-1)! - GAP.part + 2;
  return (
    <figure class="changed" data-testid="changed-parts" data-parts={parts.length}>
      <figcaption class="small quiet">
        {title}
        {parts.length > shown.length && t(', and {0}', plural(parts.length - shown.length, 'more layer'))}
      </figcaption>
      <svg
        viewBox={`-1 0 ${WIDTH} ${height}`}
        width={WIDTH}
        height={height}
        role="img"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-words`}
      >
        <title id={`${id}-title`}>{t('{0}: layers before and after', title)}</title>
        <desc id={`${id}-words`}>{shown.map(partWords).join(t(' '))}</desc>
        <text class="head" x={BOX.width / 2} y={12}>
          {t('Before')}
        </text>
        <text class="head" x={RIGHT + BOX.width / 2} y={12}>
          {t('After')}
        </text>
        {shown.map((part, i) => {
          const [top, tall] = [tops[i]!, partHeight(part)];
          return (
            <g key={part.before[0]?.name ?? i}>
              <Row boxes={part.before} x={0} y={top} height={tall} />
              <path d={`M${BOX.width + 8} ${top + tall / 2}h${GAP.column - 18}m-5 -4l5 4l-5 4`} />
              <Row boxes={part.after} x={RIGHT} y={top} height={tall} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
