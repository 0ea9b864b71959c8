import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { sampleShape } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { IconButton } from '../ui/button';
import type { Part } from './blocks';
import { fit, reveal, seen, ZOOM } from './camera';
import { linePath, type Drawing, type DrawnBox } from './drawing';
import { boxClasses, GraphBox, type BoxFacts } from './graph-box';
import { PADDING } from './layout/level';
import { neighbor } from './neighbors';
import { useCamera } from './use-camera';
import { useDrawing } from './use-drawing';

/** Below this zoom boxes are drawn without words. */
const WORDS = 0.3;
const PAN = 60;

/** A graph that can be moved and zoomed. Only what is seen is drawn. */
export function GraphCanvas({
  label,
  parts,
  facts,
  open,
  onToggle,
  onSelect,
  goal,
  testId,
}: {
  /** The name for screen readers. */
  label: string;
  parts: readonly Part[];
  facts: BoxFacts;
  open: ReadonlySet<string>;
  onToggle: (block: string) => void;
  onSelect: (layer: string) => void;
  /** A node to bring into view; another object brings it again. */
  goal: { readonly node: number } | null;
  testId: string;
}) {
  const id = useId();
  const { nodes, selected } = facts;
  const { drawing, problem, busy } = useDrawing(nodes, parts, open);
  const { ref, view, camera, setCamera, zoom, move, place, handlers, wasDragged } = useCamera(drawing);
  const [active, setActive] = useState<string | null>(null);
  const boxes = useMemo(() => new Map(drawing?.boxes.map((box) => [box.key, box])), [drawing]);
  const box = active === null ? undefined : boxes.get(active);

  const show = (shown: DrawnBox): void => {
    setActive(shown.key);
    setCamera((now) => now && reveal(now, view, shown));
  };

  // A box that was opened or closed stays where it was on the screen.
  const anchor = useRef<{ key: string; x: number; y: number } | null>(null);
  const width = useRef(0);
  const toggle = ({ key, block, x, width, y }: DrawnBox): void => {
    if (!block || !camera) return;
    anchor.current = { key, x: x + width / 2 - camera.x, y: y - camera.y };
    setActive(key);
    onToggle(block.id);
  };
  useEffect(() => {
    const { current } = anchor;
    const now = current && boxes.get(current.key);
    anchor.current = null;
    const wider = (drawing?.width ?? 0) - width.current;
    width.current = drawing?.width ?? 0;
    if (current && now)
      setCamera((old) => old && { ...old, x: now.x + now.width / 2 - current.x, y: now.y - current.y });
    else if (wider !== width.current) setCamera((old) => old && { ...old, x: old.x + wider / 2 });
  }, [boxes]);

  // A selection that was made elsewhere comes into view.
  useEffect(() => {
    if (!drawing || selected === null || view.width === 0) return;
    if (box?.node != null && nodes[box.node]!.layer === selected) return;
    const at = nodes.findIndex(({ layer }) => layer === selected);
    const there = drawing.boxOf.get(at);
    if (there) show(there);
  }, [selected, drawing, view.width > 0]);
  useEffect(() => {
    const there = goal && drawing?.boxOf.get(goal.node);
    if (there && view.width > 0) show(there);
  }, [goal, drawing]);

  const hit = (event: MouseEvent): DrawnBox | undefined => {
    if (!drawing || !camera) return undefined;
    const at = place(event);
    const [x, y] = [camera.x + at.x / camera.zoom, camera.y + at.y / camera.zoom];
    return drawing.boxes.findLast(
      (one) =>
        x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + (one.open ? PADDING.head : one.height),
    );
  };
  const take = (one: DrawnBox): void => {
    setActive(one.key);
    const layer = one.node === null ? null : nodes[one.node]!.layer;
    if (layer !== null) onSelect(layer);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || !drawing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const from = box ?? drawing.boxes[0];
    if (key.startsWith('Arrow') && event.shiftKey)
      move(key === 'ArrowRight' ? PAN : key === 'ArrowLeft' ? -PAN : 0, key === 'ArrowDown' ? PAN : key === 'ArrowUp' ? -PAN : 0); // prettier-ignore
    else if (key.startsWith('Arrow') && from) {
      const next = box ? neighbor(drawing, from, key) : from;
      take(next);
      show(next);
    } else if (key === 'Home' || key === 'End') {
      const next = drawing.boxes.at(key === 'Home' ? 0 : -1);
      if (next) {
        take(next);
        show(next);
      }
    } else if ((key === 'Enter' || key === ' ') && box?.block) toggle(box);
    else if (key === '+' || key === '=') zoom(ZOOM.step);
    else if (key === '-') zoom(1 / ZOOM.step);
    else if (key === '0') setCamera(fit(drawing, view));
    else return;
    event.preventDefault();
  };

  return (
    <div
      class="graph-frame"
      data-chart={label}
      data-testid={testId}
      data-busy={busy}
      data-boxes={drawing?.boxes.length ?? 0}
    >
      <div
        class="graph-view"
        ref={ref}
        role="tree"
        tabIndex={0}
        aria-label={t(
          '{0}: arrow keys go from box to box, Enter opens a block, plus and minus zoom, 0 shows all',
          label,
        )}
        aria-activedescendant={box ? `${id}-${box.key}` : undefined}
        onKeyDown={onKey}
        {...handlers}
        onClick={(event) => {
          const one = wasDragged() ? undefined : hit(event);
          if (!one) return;
          const at = place(event);
          const onToggleSign = one.block && camera && camera.x + at.x / camera.zoom > one.x + one.width - 28;
          if (onToggleSign) toggle(one);
          else take(one);
        }}
        onDblClick={(event) => {
          const one = hit(event);
          if (one?.block) toggle(one);
        }}
      >
        {drawing && camera && view.width > 0 && <GraphScene {...{ drawing, facts, camera, view, active, id }} />}
        {problem !== null && (
          <p class="graph-note" role="alert">
            {translated(problem)}
          </p>
        )}
        {!drawing && problem === null && <p class="graph-note quiet">{t('Laying out the graph\u2026')}</p>}
      </div>
      <div class="graph-zoom">
        <IconButton icon="add" label={t('Zoom in')} onPress={() => zoom(ZOOM.step)} testId={`${testId}-in`} />
        <IconButton icon="remove" label={t('Zoom out')} onPress={() => zoom(1 / ZOOM.step)} testId={`${testId}-out`} />
        <IconButton
          icon="screen-full"
          label={t('Show the whole graph')}
          onPress={() => drawing && setCamera(fit(drawing, view))}
          testId={`${testId}-fit`}
        />
      </div>
    </div>
  );
}

/** The seen part of a drawing. */
function GraphScene({
  drawing,
  facts,
  camera,
  view,
  active,
  id,
}: {
  drawing: Drawing;
  facts: BoxFacts;
  camera: NonNullable<ReturnType<typeof useCamera>['camera']>;
  view: { width: number; height: number };
  active: string | null;
  id: string;
}) {
  const part = seen(camera, view);
  const isSeen = (left: number, top: number, right: number, bottom: number): boolean =>
    left < part.x + part.width && right > part.x && top < part.y + part.height && bottom > part.y;
  const boxes = drawing.boxes.filter((box) => isSeen(box.x, box.y, box.x + box.width, box.y + box.height));
  const lines = drawing.lines.filter((line) => isSeen(line.left - 1, line.top, line.right + 120, line.bottom));
  const worded = camera.zoom >= WORDS;
  const lit = active === null ? [] : lines.filter(({ from, to }) => from === active || to === active);
  const arrow = (line: (typeof lines)[number]): string => (worded && line.ends ? 'm-3.5 -5l3.5 5l3.5 -5' : '');
  const path = (some: typeof lines): string => some.map((line) => linePath(line.points) + arrow(line)).join('');
  const shapes = new Map<string, { x: number; y: number; words: string }>();
  if (worded)
    for (const { starts, makers, points } of lines) {
      const shape = makers.length === 1 ? facts.nodes[makers[0]!]!.shape : null;
      if (starts && shape) shapes.set(`${points[0]} ${points[1]}`, { x: points[0]!, y: points[1]!, words: sampleShape(shape) }); // prettier-ignore
    }
  const [frames, others] = [boxes.filter(({ open }) => open), boxes.filter(({ open }) => !open)];
  const draw = (box: DrawnBox) => <GraphBox key={box.key} box={box} facts={facts} active={box.key === active} id={`${id}-${box.key}`} />; // prettier-ignore
  const plain = new Map<string, string>();
  if (!worded)
    for (const box of others)
      if (box.key !== active) {
        const classes = boxClasses(box, facts, false);
        const rect = `M${box.x} ${box.y}h${box.width}v${box.height}h${-box.width}z`;
        plain.set(classes, (plain.get(classes) ?? '') + rect);
      }
  return (
    <svg class="graph-drawing" width={view.width} height={view.height} role="none">
      <g role="none" transform={`scale(${camera.zoom}) translate(${-camera.x} ${-camera.y})`}>
        {worded ? (
          frames.map(draw)
        ) : (
          <g class="node open" aria-hidden="true">
            <path
              class="node-box"
              d={frames.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`).join('')}
            />
          </g>
        )}
        <path class="edge" d={path(lines)} aria-hidden="true" />
        <path class="edge lit" d={path(lit)} aria-hidden="true" />
        {[...shapes].map(([key, { x, y, words }]) => (
          <text key={key} class="edge-shape" x={x + 6} y={y + 14} aria-hidden="true">
            {words}
          </text>
        ))}
        {[...plain].map(([classes, rects]) => (
          <g key={classes} class={classes} aria-hidden="true">
            <path class="node-box" d={rects} />
          </g>
        ))}
        {(worded ? others : boxes.filter(({ key }) => key === active)).map(draw)}
      </g>
    </svg>
  );
}
