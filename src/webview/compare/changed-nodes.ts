import { count } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import type { ComparedLayer } from '../../protocol/measure/compare';
import type { TopologyNode } from '../../protocol/topology';
import type { Mark } from '../graph/changes';

type Marks = Map<number, Mark>;

/** The identity of a node: its layer or its place, and the number of its call. */
const keyOf = ({ layer, path, call }: TopologyNode): string =>
  JSON.stringify([layer ?? path.join('/'), call?.number ?? 1]);

/** The size of the last axis of what a node makes; null where it is open. */
const widthOf = ({ shape }: TopologyNode): number | null => shape?.at(-1) ?? null;

/**
 * The keys of the nodes that feed each node of one model, argument by argument. A node of this model alone is marked itself, and
 * what feeds it stands for it: a layer behind one that was merged away has the same inputs as before.
 */
function feedsOf(nodes: readonly TopologyNode[], isInBoth: (key: string) => boolean): string[] {
  const standFor: string[][] = [];
  return nodes.map((node, i) => {
    const feeds = node.inputs.map(({ from, keyword = '' }) => ({ keyword, keys: standFor[from] ?? [] }));
    const key = keyOf(node);
    standFor[i] = isInBoth(key) ? [key] : [...new Set(feeds.flatMap(({ keys }) => keys))];
    return JSON.stringify(feeds);
  });
}

function markOf(a: TopologyNode, b: TopologyNode, layer: ComparedLayer | undefined): Mark | undefined {
  if (a.type !== b.type) return { kind: 'changed', words: `${a.type} \u2192 ${b.type}` };
  const [before, after] = [widthOf(a), widthOf(b)];
  if (before !== null && after !== null && before !== after)
    return {
      kind: after < before ? 'narrower' : 'changed',
      words: t('{0} → {1} channels', count(before), count(after)),
    };
  const [params, left] = [layer?.a?.params, layer?.b?.params];
  if (params !== undefined && left !== undefined && params !== left)
    return {
      kind: left < params ? 'narrower' : 'changed',
      words: t('{0} → {1} parameters', count(params), count(left)),
    };
  return undefined;
}

/** Finds the nodes that only one of two models has, and those that differ, by their layer or place. */
export function changedNodes(
  a: readonly TopologyNode[],
  b: readonly TopologyNode[],
  layers: readonly ComparedLayer[],
): { a: Marks; b: Marks } {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const places = new Map(b.map((node, i) => [keyOf(node), i]));
  const keys = new Set(a.map(keyOf));
  const isInBoth = (key: string): boolean => keys.has(key) && places.has(key);
  const feeds = { a: feedsOf(a, isInBoth), b: feedsOf(b, isInBoth) };
  const marks = { a: new Map<number, Mark>(), b: new Map<number, Mark>() };
  const met = new Set<number>();
  a.forEach((node, i) => {
    const place = places.get(keyOf(node));
    const other = place === undefined ? undefined : b[place];
    if (place === undefined || !other) {
      marks.a.set(i, { kind: 'gone', words: t('only here') });
      return;
    }
    met.add(place);
    const mark =
      markOf(node, other, node.layer === null ? undefined : byName.get(node.layer)) ??
      (feeds.a[i] === feeds.b[place] ? undefined : { kind: 'changed' as const, words: t('other inputs') });
    if (!mark) return;
    marks.a.set(i, mark);
    marks.b.set(place, mark);
  });
  b.forEach((_, i) => {
    if (!met.has(i)) marks.b.set(i, { kind: 'new', words: t('only here') });
  });
  return marks;
}
