import type { ModelContent } from '../../checkpoint/types';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import type { NewLayer, NewOp } from '../../model/edit/new-layer';
import { NewNames } from '../../model/edit/new-names';
import type { GraphNode, GraphTensor } from '../../model/model-graph';
import type { OpOf } from '../../model/op/op';

/** A layer that a step may replace by some layers, which ones its run finds out. */
export interface Sketched {
  readonly node: GraphNode;
  readonly op: OpOf<'dense'> | OpOf<'conv'>;
  readonly kernel: GraphTensor;
  readonly bias: GraphTensor | undefined;
  /** The ends of the names of all layers that may come of it, in their order. */
  readonly parts: readonly string[];
  /** True where it may also stay as it is. */
  readonly mayStay: boolean;
  /** Channels between the layers; a quarter of those that leave it by default. */
  readonly rank?: number | undefined;
}

/** Values of a new tensor: those of another one, because zeros would look like pruned weights. */
function filled(shape: readonly number[], { tensor: { data } }: GraphTensor): Float32Array {
  const length = shape.reduce((all, size) => all * size, 1);
  return Float32Array.from({ length }, (_, i) => data[i % data.length] ?? 0);
}

/**
 * Makes a model that has a layer for each name that may come of a step, so that later steps which name one can be checked
 * before anything runs. Its outputs mean nothing.
 */
export function sketched(model: ModelContent, layers: readonly Sketched[]): ModelContent {
  const names = new NewNames(model);
  const edits = layers.map((layer): Edit => ({ edit: 'replace', node: layer.node, by: chain(layer, names) }));
  return applyEdits(model, edits);
}

function chain({ node, op, kernel, bias, parts, mayStay, rank }: Sketched, names: NewNames): NewLayer[] {
  const { shape } = kernel.tensor;
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  const between = rank ?? Math.max(1, Math.round(outputs / 4));
  const given = names.of(node, parts);
  const own = node.path.at(-1)!;
  const all = mayStay && !given.includes(own) ? [...given.slice(0, -1), own, given.at(-1)!] : given;
  const single = shape.slice(0, -2).map(() => 1);
  return all.map((name, i): NewLayer => {
    const [isFirst, isLast] = [i === 0, i === all.length - 1];
    const [from, to] = [isFirst ? inputs : between, isLast ? outputs : between];
    const window = isFirst ? shape.slice(0, -2) : single;
    const activation = isLast ? op.activation : 'linear';
    // The same number of channels as enter it.
    const depthwise =
      op.kind === 'conv' && !isFirst && !isLast && name !== own && parts[given.indexOf(name)] === 'depthwise';
    const sizes = depthwise ? [...single, from, 1] : [...window, from, to];
    const biased = isLast && bias ? [{ role: 'bias', shape: [outputs], data: filled([outputs], bias) } as const] : [];
    return {
      name,
      op: depthwise
        ? { kind: 'depthwise-conv', rank: op.rank, window: pointOf(single), multiplier: 1, activation }
        : made(op, { activation, to, isFirst, single }),
      tensors: [
        { role: depthwise ? 'depthwise-kernel' : 'kernel', shape: sizes, data: filled(sizes, kernel) },
        ...biased,
      ],
    };
  });
}

const pointOf = (single: readonly number[]) =>
  ({ size: single, strides: single, dilation: single, padding: 'valid' }) as const;

function made(
  op: Sketched['op'],
  { activation, to, isFirst, single }: { activation: string; to: number; isFirst: boolean; single: readonly number[] },
): NewOp {
  if (op.kind === 'dense') return { ...op, units: to, activation };
  return { ...op, filters: to, activation, window: isFirst ? op.window : pointOf(single) };
}
