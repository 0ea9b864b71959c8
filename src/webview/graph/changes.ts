import { count } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import type { PlannedLayer, StepPlan } from '../../protocol/plan';
import type { TopologyNode } from '../../protocol/topology';

/** A change of a node, in a few words. */
export interface Mark {
  readonly kind: 'narrower' | 'replaced' | 'gone' | 'changed' | 'new';
  readonly words: string;
}

/** A model before and after a step, with marks by node. */
export interface Changes {
  readonly before: ReadonlyMap<number, Mark>;
  readonly after: { readonly nodes: readonly TopologyNode[]; readonly marks: ReadonlyMap<number, Mark> };
}

/** Finds the marks of a plan that removes channels or replaces layers; null for a plan that keeps the graph. */
export function changesOf(nodes: readonly TopologyNode[], { kind, counts }: StepPlan): Changes | null {
  if (kind !== 'channels' && kind !== 'layers') return null;
  const planned = new Map(counts.layers.map((layer) => [layer.name, layer]));
  const before = new Map<number, Mark>();
  const marks = new Map<number, Mark>();
  const after: TopologyNode[] = [];
  /** The node after the step that makes what each node made before it. */
  const madeBy: (number | null)[] = [];
  nodes.forEach((node, i) => {
    const layer = node.layer === null ? undefined : planned.get(node.layer);
    const mark = layer && markOf(layer);
    if (mark) before.set(i, mark);
    const inputs = node.inputs.flatMap((input) => {
      const from = madeBy[input.from];
      return from == null ? [] : [{ ...input, from, shape: after[from]!.shape }];
    });
    if (layer && (layer.state === 'merged' || layer.state === 'dropped')) {
      madeBy.push(inputs[0]?.from ?? null);
      return;
    }
    const scope = node.path.slice(0, -1);
    if (layer?.becomes && layer.becomes.length > 0) {
      layer.becomes.forEach(({ name, type, shape }, part) => {
        const fed = part === 0 ? inputs : [{ from: after.length - 1, shape: after.at(-1)!.shape }];
        marks.set(after.length, { kind: 'new', words: t('for {0}', layer.name) });
        after.push({ ...node, layer: name, path: [...scope, name], type, shape, inputs: fed });
      });
    } else {
      if (mark) marks.set(after.length, mark);
      after.push({ ...node, shape: narrowed(node.shape, layer), inputs });
    }
    madeBy.push(after.length - 1);
  });
  return { before, after: { nodes: after, marks } };
}

/** The shape after a removal; its last size is the number of channels where that was so before. */
function narrowed(shape: TopologyNode['shape'], layer: PlannedLayer | undefined): TopologyNode['shape'] {
  if (!shape || !layer) return shape;
  const { before, after } = layer;
  if (before.width === null || after.width === null || before.width === after.width) return shape;
  return shape.at(-1) === before.width ? [...shape.slice(0, -1), after.width] : null;
}

function markOf({ state, before, after, into, becomes = [] }: PlannedLayer): Mark | undefined {
  switch (state) {
    case 'removed':
    case 'follows': {
      if (before.params === after.params && before.width === after.width) return undefined;
      const narrower = before.width !== null && after.width !== null && before.width !== after.width;
      return narrower
        ? { kind: 'narrower', words: t('{0} \u2192 {1} channels', count(before.width!), count(after.width!)) }
        : { kind: 'narrower', words: t('narrower input') };
    }
    case 'replaced':
      return { kind: 'replaced', words: t('replaced by {0}', becomes.length) };
    case 'merged':
      return { kind: 'gone', words: into === undefined ? t('merged') : t('merged into {0}', into) };
    case 'dropped':
      return { kind: 'gone', words: t('dropped') };
    case 'absorbs':
      return { kind: 'changed', words: t('absorbs others') };
    case 'new':
      return { kind: 'new', words: t('new') };
    default:
      return undefined;
  }
}
