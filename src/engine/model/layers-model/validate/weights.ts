import { einsumOf } from '../../op/einsum';
import type { Op } from '../../op/op';
import type { Sizes } from '../../op/attributes';
import type { Shape } from '../../shape';

/** The weights of a layer in the order of Keras, each with its shape; null where a size is unknown. */
export type ExpectedWeights = readonly (readonly [name: string, shape: Shape])[];

const times = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a * b);
const windowOf = ({ size }: { readonly size: Sizes }, rank: number): Shape =>
  size ? [...size] : Array.from({ length: rank }, () => null);

/**
 * Lists the expected weights of a layer from its attributes. Biases of recurrent layers are left out, since they have
 * several forms.
 * @param input shape of its input, batch first; null where it is unknown
 * @returns none for an op without weights, or an unknown op
 */
export function expectedWeights(op: Op, input: Shape | null): ExpectedWeights {
  const last = input?.at(-1) ?? null;
  const channels = input?.at(op.channelsFirst ? 1 : -1) ?? null;
  switch (op.kind) {
    case 'dense':
      return [
        ['kernel', [last, op.units]],
        ['bias', [op.units]],
      ];
    case 'conv': {
      const each = channels === null ? null : channels / op.groups;
      return [
        ['kernel', [...windowOf(op.window, op.rank), each, op.filters]],
        ['bias', [op.filters]],
      ];
    }
    case 'transposed-conv':
      return [
        ['kernel', [...windowOf(op.window, op.rank), op.filters, channels]],
        ['bias', [op.filters]],
      ];
    case 'depthwise-conv':
      return [
        ['depthwise_kernel', [...windowOf(op.window, op.rank), channels, op.multiplier]],
        ['bias', [times(channels, op.multiplier)]],
      ];
    case 'separable-conv': {
      const ones = Array.from({ length: op.rank }, () => 1);
      return [
        ['depthwise_kernel', [...windowOf(op.window, op.rank), channels, op.multiplier]],
        ['pointwise_kernel', [...ones, times(channels, op.multiplier), op.filters]],
        ['bias', [op.filters]],
      ];
    }
    case 'recurrent':
      return [
        ['kernel', [last, times(op.gates, op.units)]],
        ['recurrent_kernel', [op.units, times(op.gates, op.units)]],
      ];
    case 'conv-lstm': {
      const fed = input?.at(op.channelsFirst ? 2 : -1) ?? null;
      const window = windowOf(op.window, 2);
      return [
        ['kernel', [...window, fed, times(4, op.filters)]],
        ['recurrent_kernel', [...window, op.filters, times(4, op.filters)]],
      ];
    }
    case 'batch-normalization': {
      const length = op.axis === null ? null : (input?.at(op.axis) ?? null);
      return ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => [name, [length]] as const);
    }
    case 'einsum': {
      const read = input && einsumOf(op, input);
      return read ? [['kernel', read.kernel], ...(read.bias ? [['bias', read.bias] as const] : [])] : [];
    }
    case 'layer-scale':
      return [['gamma', [last]]];
    case 'embedding':
      return [['embeddings', [op.rows, op.width]]];
    default:
      return [];
  }
}
