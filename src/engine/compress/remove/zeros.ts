import type { ModelContent } from '../../checkpoint/types';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import type { GraphTensor } from '../../model/model-graph';
import { channelAxes, eachWeight, mixes } from './axes';
import { graphOf } from './channels';
import type { ChannelGroups } from './channel-groups';
import { constantsOf, keepsConstants } from './constants';
import type { Widths } from './widths';

/** A kernel that reads channels, and the constant value of each channel that enters it. */
interface Reader {
  readonly layer: number;
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly constants: readonly (number | null)[];
  /** True if a constant can go into the bias. */
  readonly folds: boolean;
  readonly kernel: GraphTensor;
}

/** Channels that can go without changing an output, and channels that never change but must stay. */
export interface DeadChannels {
  readonly removed: ReadonlySet<number>;
  /** Groups that never change but must stay, each with the reason. */
  readonly staying: ReadonlyMap<number, string>;
  /** The model in which the readers' biases contain the constants of the removed channels. */
  readonly folded: ModelContent;
}

/**
 * Finds the channels that unstructured pruning emptied: nothing reads them, or they are constant and their readers'
 * biases can absorb the constant exactly.
 * @param free the groups that may go
 * @param widths keeps layers from losing their last channel
 */
export function deadChannels(
  model: ModelContent,
  groups: ChannelGroups,
  free: ReadonlySet<number>,
  widths: Widths,
): DeadChannels {
  const readers = readersOf(model, groups);
  const removed = new Set<number>();
  const staying = new Map<number, string>();
  // Channels that only removed channels read can go too, so repeat until no more go.
  for (let before = -1; before < removed.size;) {
    before = removed.size;
    const { needed, unfoldable } = needs(readers, removed);
    for (const group of free) {
      if (removed.has(group) || needed.has(group)) continue;
      const why = unfoldable.get(group);
      if (why === undefined && widths.take([group])) removed.add(group);
      else staying.set(group, why ?? 'it is the last channel of a layer');
    }
  }
  for (const group of removed) staying.delete(group);
  return { removed, staying, folded: fold(model, readers, removed) };
}

function readersOf(model: ModelContent, groups: ChannelGroups): Reader[] {
  const constants = constantsOf(model, groups);
  const { nodes } = graphOf(model);
  return groups.layers.flatMap((layer, i) =>
    nodes[i]!.tensors.flatMap((one) => {
      const axes = channelAxes(one, layer);
      const [input, output] = [axes.find(({ side }) => side === 'inputs'), axes.find(({ side }) => side === 'outputs')];
      if (!input || !output || !mixes(one)) return [];
      const separable = layer.op.kind === 'separable-conv';
      return [
        {
          layer: i,
          name: layer.name,
          inputs: input.groups,
          outputs: output.groups,
          // In a separable convolution, only zeros are followed past its depthwise kernel.
          constants: input.groups.map((_, at) => {
            const value = constants[i]!.inputs[Math.floor((at * layer.inputs.length) / input.groups.length)] ?? null;
            return separable && value !== 0 ? null : value;
          }),
          folds: keepsConstants(layer.op),
          kernel: one,
        } satisfies Reader,
      ];
    }),
  );
}

/**
 * Finds the groups that some kernel needs because they vary, and constant groups that cannot be folded, with the reason.
 */
function needs(readers: readonly Reader[], removed: ReadonlySet<number>) {
  const needed = new Set<number>();
  const unfoldable = new Map<number, string>();
  for (const { name, inputs, outputs, constants, folds, kernel } of readers)
    eachWeight(kernel, (_, input, output) => {
      if (removed.has(outputs[output]!)) return;
      const constant = constants[input] ?? null;
      if (constant === null) needed.add(inputs[input]!);
      else if (constant !== 0 && !folds)
        unfoldable.set(
          inputs[input]!,
          `it only sends a constant, but "${name}" pads its input, so no bias can replace it`,
        );
    });
  return { needed, unfoldable };
}

/** Adds the contributions of removed constant channels to the biases. */
function fold(model: ModelContent, readers: readonly Reader[], removed: ReadonlySet<number>): ModelContent {
  const edits: Edit[] = [];
  const { nodes } = graphOf(model);
  for (const { layer, inputs, outputs, constants, kernel } of readers) {
    const sent = new Float64Array(outputs.length);
    eachWeight(kernel, (weight, input, output) => {
      if (removed.has(inputs[input]!)) sent[output]! += weight * (constants[input] ?? 0);
    });
    if (sent.every((sum) => sum === 0)) continue;
    const node = nodes[layer]!;
    const before = node.tensors.find(({ role }) => role === 'bias')?.tensor.data;
    edits.push({ edit: 'bias', node, values: Float32Array.from(sent, (sum, i) => (before?.[i] ?? 0) + sum) });
  }
  return applyEdits(model, edits);
}
