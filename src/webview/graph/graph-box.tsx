import { plural } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import type { LayerInfo } from '../../protocol/model';
import type { TopologyNode } from '../../protocol/topology';
import type { Mark } from './changes';
import type { DrawnBox } from './drawing';
import { PADDING } from './layout/level';
import { shadeOf, type Paint } from './paint';
import { blockWords, elided, nodeName, nodeWords } from './words';

/** All about a graph that its boxes show. */
export interface BoxFacts {
  readonly nodes: readonly TopologyNode[];
  readonly layers: ReadonlyMap<string, Pick<LayerInfo, 'params' | 'macs'>>;
  readonly paint: Paint;
  readonly marks: ReadonlyMap<number, Mark>;
  /** Why a layer is lit up together with the selected one. */
  readonly coupled: ReadonlyMap<string, string>;
  readonly found: ReadonlySet<number>;
  readonly selected: string | null;
}

/** The figure of a box: that of its layer, or the largest in a block. */
export function valueIn({ node, block }: DrawnBox, { nodes, paint }: Pick<BoxFacts, 'nodes' | 'paint'>): number | null {
  const values = (node === null ? (block?.nodes ?? []) : [node]).flatMap((i) => {
    const layer = nodes[i]!.layer;
    const value = layer === null ? undefined : paint.values.get(layer);
    return value === undefined ? [] : [value];
  });
  return values.length === 0 ? null : Math.max(...values);
}

/** Characters of a name that fit into a box, and beside the sign that opens a block. */
const LONGEST = { alone: 25, besideSign: 18 } as const;

/** The classes of a box. */
export function boxClasses(box: DrawnBox, facts: BoxFacts, active: boolean): string {
  const own = (box.node === null ? (box.open ? [] : (box.block?.nodes ?? [])) : [box.node]).map((i) => facts.nodes[i]!);
  const has = (test: (node: TopologyNode) => boolean): boolean => own.some(test);
  const value = box.open ? null : valueIn(box, facts);
  const mark = box.node === null ? undefined : facts.marks.get(box.node);
  return [
    'node',
    box.node === null ? (box.open ? 'open' : 'closed') : (own[0]!.end ?? ''),
    value === null ? '' : `shade-${shadeOf(facts.paint, value)}`,
    mark ? `mark-${mark.kind}` : '',
    has(({ layer }) => layer !== null && layer === facts.selected) ? 'selected' : '',
    has(({ layer }) => layer !== null && facts.coupled.has(layer)) ? 'coupled' : '',
    (box.node === null ? (box.block?.nodes ?? []) : [box.node]).some((i) => facts.found.has(i)) && !box.open
      ? 'found'
      : '',
    active ? 'active' : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** A layer, a closed block, or the frame of an open one. */
export function GraphBox({ box, facts, active, id }: { box: DrawnBox; facts: BoxFacts; active: boolean; id: string }) {
  const { x, y, width, height, node, block, open, depth } = box;
  const one = node === null ? null : facts.nodes[node]!;
  const layer = one?.layer == null ? undefined : facts.layers.get(one.layer);
  const mark = node === null ? undefined : facts.marks.get(node);
  const value = open ? null : valueIn(box, facts);
  const coupled = one?.layer == null ? undefined : facts.coupled.get(one.layer);
  const words = one
    ? nodeWords(one, layer, { paint: facts.paint, mark, coupled })
    : block
      ? blockWords(block, open)
      : [];
  const second = mark?.words ?? (one ? one.type : plural(block?.nodes.length ?? 0, 'layer'));
  const right = value === null ? '' : (block ? '\u2264 ' : '') + facts.paint.words(value);
  const share = value === null || facts.paint.to <= facts.paint.from ? 0 : (value - facts.paint.from) / (facts.paint.to - facts.paint.from); // prettier-ignore
  return (
    <g
      id={id}
      class={boxClasses(box, facts, active)}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={active}
      aria-label={words.join(t(', '))}
      data-key={box.key}
      {...(block ? { 'aria-expanded': open } : {})}
      transform={`translate(${x} ${y})`}
    >
      <title>{words.join('\n')}</title>
      {block && !open && <rect class="node-under" x={4} y={4} width={width} height={height} rx={4} />}
      <rect class="node-box" width={width} height={height} rx={one?.end ? 14 : 4} />
      {share > 0 && <rect class="node-bar" x={6} y={height - 5} width={Math.max(2, (width - 12) * share)} height={3} />}
      <text class="node-name" x={open ? 12 : width / 2} y={open ? 18 : 17} text-anchor={open ? 'start' : 'middle'}>
        {elided(one ? nodeName(one) : (block?.label ?? ''), block && !open ? LONGEST.besideSign : LONGEST.alone)}
      </text>
      {open ? (
        <text class="node-type" x={12} y={32}>
          {second}
        </text>
      ) : (
        <>
          <text class="node-type" x={right ? 10 : width / 2} y={32} text-anchor={right ? 'start' : 'middle'}>
            {elided(second, right ? 17 : 30)}
          </text>
          {right && (
            <text class="node-value" x={width - 10} y={32} text-anchor="end">
              {right}
            </text>
          )}
        </>
      )}
      {block && (
        <path
          class="node-toggle"
          d={`M${width - 20} ${open ? PADDING.head / 2 - 6 : 13}h10${open ? '' : 'm-5 -5v10'}`}
        />
      )}
    </g>
  );
}
