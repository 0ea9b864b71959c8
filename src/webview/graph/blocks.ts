import type { TopologyNode } from '../../protocol/topology';

/** A part of a drawing: a node by its index, or a block of parts. */
export type Part = number | Block;

/** Nodes that belong together by the names around them, or by a common beginning of their names. */
export interface Block {
  /** Unique in its model. */
  readonly id: string;
  readonly label: string;
  readonly parts: readonly Part[];
  /** Indices of all nodes in it, ascending. */
  readonly nodes: readonly number[];
}

/** A smaller model is drawn whole. */
const FEWEST_NODES = 20;
/** Nodes of the smallest block with a common beginning of names. */
const FEWEST_ALIKE = 3;
/** A beginning that more of the surrounding nodes share tells nothing. */
const MOST_ALIKE = 0.6;

/**
 * The beginnings of a name that may name a block, short ones first: `conv2`, `conv2_block1` of `conv2_block1_1_conv`. A
 * number belongs to the word before it, unless that ends in a number.
 */
export function beginnings(name: string): string[] {
  const words = name.split('_');
  return words.slice(0, -1).flatMap((word, i) => {
    const joins = /^\d+$/.test(words[i + 1]!) && !/\d$/.test(word);
    const counts = /^\d+$/.test(word) && i > 0 && /\d$/.test(words[i - 1]!);
    return joins || counts || word === '' ? [] : [words.slice(0, i + 1).join('_')];
  });
}

/** True for a name that Keras made of the type, `batch_normalization_15`, or of a function, `tf.math.multiply_2`. */
function isMadeUp(name: string, type: string): boolean {
  const snake = type.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const plain = name.replace(/_\d+$/, '');
  return name.startsWith('tf.') || plain === snake || plain.replaceAll('_', '') === snake.replaceAll('_', '');
}

/** The ids of the blocks that a node could be in, outer ones first, each with its label. */
function around({ path: parts, type }: TopologyNode, names: boolean): { id: string; label: string; scope: boolean }[] {
  // A name may be a path itself.
  const path = parts.flatMap((part) => part.split('/').filter(Boolean));
  const scopes = path
    .slice(0, -1)
    .map((label, i) => ({ id: `${path.slice(0, i + 1).join('/')}/`, label, scope: true }));
  const within = scopes.at(-1)?.id ?? '';
  const own = names && !isMadeUp(path.at(-1) ?? '', type) ? beginnings(path.at(-1) ?? '') : [];
  return [...scopes, ...own.map((label) => ({ id: `${within}${label}`, label, scope: false }))];
}

/**
 * Completes a block by the nodes on paths between its own, so that a closed block makes no circle.
 * @returns null where a node of another block is among them
 */
function completed(
  nodes: readonly TopologyNode[],
  own: readonly number[],
  isFree: (node: number) => boolean,
): number[] | null {
  const inside = new Set(own);
  const [first, last] = [own[0]!, own.at(-1)!];
  const after = new Set<number>();
  for (let i = first; i <= last; i++)
    if (inside.has(i) || nodes[i]!.inputs.some(({ from }) => after.has(from))) after.add(i);
  const before = new Set(own);
  for (let i = last; i >= first; i--)
    if (before.has(i)) for (const { from } of nodes[i]!.inputs) if (from >= first) before.add(from);
  const whole = [...after].filter((i) => before.has(i));
  return whole.every((i) => inside.has(i) || isFree(i)) ? whole : null;
}

/** Sorts the nodes of a model into blocks. Nodes without a block stand beside them. */
export function blocksOf(nodes: readonly TopologyNode[]): Part[] {
  const names = nodes.length >= FEWEST_NODES;
  const candidates = new Map<string, { label: string; scope: boolean; nodes: number[] }>();
  const chains = nodes.map((node) => around(node, names));
  chains.forEach((chain, i) => {
    for (const { id, label, scope } of chain) {
      const known = candidates.get(id);
      if (known) known.nodes.push(i);
      else candidates.set(id, { label, scope, nodes: [i] });
    }
  });
  const kept = new Map<string, { label: string; nodes: number[] }>();
  const sizes = new Map<string, number>();
  for (const [id, { label, scope, nodes: own }] of candidates) {
    // Outer candidates come first, because the first node of a block names them first.
    const chain = chains[own[0]!]!;
    const place = chain.findIndex((one) => one.id === id);
    const outer = chain.slice(0, place).findLast((one) => kept.has(one.id));
    const among = outer === undefined ? nodes.length : sizes.get(outer.id)!;
    const tells = own.length < among && (scope ? own.length > 1 : own.length >= FEWEST_ALIKE && own.length <= MOST_ALIKE * among); // prettier-ignore
    const around = chain.slice(0, place + 1);
    const isFree = (i: number): boolean =>
      chains[i]!.length < around.length && chains[i]!.every((one, depth) => one.id === around[depth]!.id);
    const whole = tells ? completed(nodes, own, isFree) : null;
    if (!whole) continue;
    for (const i of whole) if (isFree(i)) chains[i] = around;
    kept.set(id, { label, nodes: whole });
    sizes.set(id, whole.length);
  }
  return gather(
    nodes.map((_, i) => i),
    (i) => chains[i]!.filter(({ id }) => kept.has(id)).map(({ id }) => id),
    kept,
    0,
  );
}

function gather(
  nodes: readonly number[],
  chain: (node: number) => readonly string[],
  kept: ReadonlyMap<string, { label: string; nodes: number[] }>,
  depth: number,
): Part[] {
  const parts: Part[] = [];
  const done = new Set<string>();
  for (const node of nodes) {
    const id = chain(node)[depth];
    const block = id === undefined ? undefined : kept.get(id);
    if (id === undefined || !block) parts.push(node);
    else if (!done.has(id)) {
      done.add(id);
      parts.push({ id, ...block, parts: gather(block.nodes, chain, kept, depth + 1) });
    }
  }
  return parts;
}

/** Lists all blocks, outer ones first. */
export const allBlocks = (parts: readonly Part[]): Block[] =>
  parts.flatMap((part) => (typeof part === 'number' ? [] : [part, ...allBlocks(part.parts)]));

/** The ids of the blocks around a node, outer ones first. */
export function blocksAround(parts: readonly Part[], node: number): string[] {
  for (const part of parts)
    if (typeof part !== 'number' && part.nodes.includes(node)) return [part.id, ...blocksAround(part.parts, node)];
  return [];
}
