import type { TopologyNode } from '../../protocol/topology';

/** The nodes whose name, type or scope has all words of a search, in the order of the model. */
export function findNodes(nodes: readonly TopologyNode[], search: string): number[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return nodes.flatMap(({ path, type, layer }, i) => {
    const text = `${path.join('/')} ${layer ?? ''} ${type}`.toLowerCase();
    return words.every((word) => text.includes(word)) ? [i] : [];
  });
}
