import { UserError } from '../../protocol/errors';
import { MOST_CELLS, MOST_NORMS, type WeightSheet } from '../../protocol/measure/sheet';
import type { ModelContent } from '../checkpoint/types';
import { piecesOf } from '../checkpoint/values';
import { readGraph } from '../model/graph';
import { kernelChannels } from '../model/kernel-channels';
import type { GraphTensor } from '../model/model-graph';

/**
 * Arranges the weights of a tensor as a picture of at most 160 by 160 cells.
 * @param name of the tensor; by default the first kernel of the layer, or its first tensor
 * @throws UserError for a layer or tensor that the model does not have, or that holds no numbers
 */
export function weightSheet(model: ModelContent, layer: string, name?: string): WeightSheet {
  const found = readGraph(model).layers.find((one) => one.name === layer);
  if (!found) throw new UserError(`The model has no layer "${layer}".`);
  const chosen = found.tensors.find(({ tensor, kernel }) => (name === undefined ? kernel : tensor.name === name)) ?? (name === undefined ? found.tensors[0] : undefined); // prettier-ignore
  if (!chosen) throw new UserError(`The layer "${layer}" has no such tensor to draw.`);
  const { dtype } = chosen.tensor;
  if (dtype === 'string' || dtype === 'complex64' || chosen.params === 0)
    throw new UserError(`The tensor "${chosen.tensor.name}" holds no numbers to draw.`);
  return sheetOf(chosen);
}

/** How the elements of a tensor lie in its sheet. */
function formOf(one: GraphTensor) {
  const { shape } = one.tensor;
  const channels = shape.length === 0 ? { count: 1, inner: 1 } : kernelChannels(one);
  const each = one.params / channels.count;
  const [height = 1, width = 1] = shape.length === 4 ? shape : [];
  const isFilters = shape.length === 4 && height * width > 1 && each % (height * width) === 0;
  return { channels, each, height: isFilters ? height : 1, width: isFilters ? width : 1, isFilters };
}

function sheetOf(one: GraphTensor): WeightSheet {
  const { channels, each, height, width, isFilters } = formOf(one);
  const { count, inner } = channels;
  const inputs = each / (height * width);
  const fitting = (cells: number): number => Math.max(1, Math.floor(MOST_CELLS / cells));
  const alone = isFilters && inputs === 1;
  const block = isFilters ? { rows: 1, columns: 1 } : { rows: Math.ceil(inputs / MOST_CELLS), columns: Math.ceil(count / MOST_CELLS) }; // prettier-ignore
  const most = { down: fitting(height), across: fitting(width) };
  const shown = !isFilters
    ? { outputs: count, inputs }
    : alone
      ? { outputs: Math.min(count, most.down * most.across), inputs: 1 }
      : { outputs: Math.min(count, most.down), inputs: Math.min(inputs, most.across) };
  const across = !isFilters ? 1 : alone ? Math.min(most.across, Math.max(Math.ceil(shown.outputs / most.down), Math.ceil(Math.sqrt(shown.outputs)))) : shown.inputs; // prettier-ignore
  const rows = isFilters ? height * (alone ? Math.ceil(shown.outputs / across) : shown.outputs) : Math.ceil(inputs / block.rows); // prettier-ignore
  const columns = isFilters ? width * across : Math.ceil(count / block.columns);
  const best = new Float64Array(rows * columns).fill(Number.NaN);
  const zeros = new Uint32Array(rows * columns);
  const all = new Uint32Array(rows * columns);
  const squares = new Float64Array(count);
  let [largest, i] = [0, 0];
  for (const piece of piecesOf(one.tensor)) {
    for (let at = 0; at < piece.length; at++, i++) {
      const value = piece[at]!;
      const channel = Math.floor(i / inner) % count;
      squares[channel]! += value * value;
      const size = Math.abs(value);
      if (size > largest && size < Infinity) largest = size;
      const place = Math.floor(i / (inner * count)) * inner + (i % inner);
      const input = place % inputs;
      if (channel >= shown.outputs || input >= shown.inputs) continue;
      const spot = Math.floor(place / inputs);
      const row = !isFilters ? Math.floor(input / block.rows) : (alone ? Math.floor(channel / across) : channel) * height + Math.floor(spot / width); // prettier-ignore
      const column = !isFilters ? Math.floor(channel / block.columns) : (alone ? channel % across : input) * width + (spot % width); // prettier-ignore
      const cell = row * columns + column;
      all[cell]!++;
      if (value === 0) zeros[cell]!++;
      if (!(size <= Math.abs(best[cell]!))) best[cell] = value;
    }
  }
  const norms = [...squares].map((sum, channel) => ({ channel, norm: Math.sqrt(sum) }));
  return {
    ...{ tensor: one.tensor.name, shape: [...one.tensor.shape], form: isFilters ? 'filters' : 'matrix' },
    ...{ rows, columns, tile: { rows: height, columns: width }, across, block, largest },
    outputs: { shown: shown.outputs, of: count },
    inputs: { shown: shown.inputs, of: inputs },
    values: Array.from(best, (value) => (Number.isFinite(value) ? value : null)),
    zeros: Array.from(zeros, (none, cell) => (all[cell] === 0 ? 0 : none / all[cell]!)),
    norms: norms.filter(({ norm }) => Number.isFinite(norm)).sort((a, b) => b.norm - a.norm).slice(0, MOST_NORMS), // prettier-ignore
  };
}
