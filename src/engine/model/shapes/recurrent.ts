import type { Flow } from '../op/op';
import type { OpOf } from '../op/op';
import type { Shape } from '../shape';
import { product, UNKNOWN, type Figures, type Infer } from './infer';
import { putTogether, slide, takeApart, whole } from './spatial';

/**
 * Multiplies, at each time step, by the kernels of each gate: of the input (depth x units) and of the state (units x
 * units).
 */
export const recurrent: Infer<OpOf<'recurrent'>> = (op, [input]) => {
  const [batch = null, time = null, depth = null] = input ?? [];
  if (input?.length !== 3) return UNKNOWN;
  const units = op.units ?? NaN;
  const macs = time === null || depth === null ? null : time * op.gates * units * (depth + units);
  const states = op.gates === 4 ? 2 : 1;
  return withStates(
    op,
    [batch, time, units],
    Array.from({ length: states }, () => [batch, units]),
    macs,
  );
};

/** Returns all steps or the last one, then the states where the layer returns them. */
function withStates(
  op: { readonly sequences: boolean; readonly states: boolean },
  steps: Shape,
  more: readonly Shape[],
  macs: number | null,
): Figures {
  const [batch = null, , ...rest] = steps;
  return { shape: op.sequences ? steps : [batch, ...rest], macs, ...(op.states ? { more } : {}) };
}

/** Runs a cell, or stacked cells, at each time step. */
export const ofCells: Infer<OpOf<'cells'>> = ({ cells, sequences }, [input]) => {
  if (!cells || input?.length !== 3) return UNKNOWN;
  const [batch = null, time = null, ...rest] = input;
  let depth = rest[0] ?? null;
  let macs: number | null = 0;
  for (const { gates, units: own } of cells) {
    const units = own ?? NaN;
    macs = macs === null || time === null || depth === null ? null : macs + time * gates * units * (depth + units);
    depth = units;
  }
  return { shape: sequences ? [batch, time, depth] : [batch, depth], macs };
};

/** Convolves the input and the state of each time step; the state keeps its size. */
export const convolutionLstm: Infer<OpOf<'conv-lstm'>> = (op, [input]) => {
  const [batch = null, time = null, ...frame] = input ?? [];
  const image = takeApart(op, [batch, ...frame], 2);
  const window = whole(op.window);
  if (!image || !window) return UNKNOWN;
  const filters = op.filters ?? NaN;
  const axes = slide(image.axes, window);
  const state = putTogether(op, { ...image, axes, channels: filters });
  const channels = image.channels === null ? null : image.channels + filters;
  const macs = product([time, ...axes, ...window.size, channels, 4 * filters]);
  return withStates(op, [batch, time, ...state.slice(1)], [state, state], macs);
};

/** Runs the inner layer forwards and backwards. */
export const bidirectional =
  (inferOp: Infer): Infer<OpOf<'bidirectional'>> =>
  ({ inner, merge }, inputs) => {
    if (!inner) return UNKNOWN;
    const one = inferOp(inner, inputs);
    const macs = one.macs === null ? null : 2 * one.macs;
    const joined = merge === 'concat';
    const shape = one.shape?.map((size, i, all) => (joined && i === all.length - 1 && size !== null ? 2 * size : size));
    // Without a merge, the backward results are one more output; with states, the order is different.
    if (one.more) return { shape: shape ?? null, macs };
    return { shape: shape ?? null, macs, ...(merge === 'apart' ? { more: [one.shape] } : {}) };
  };

/** Applies the inner layer to every time step. */
export const timeDistributed =
  (inferOp: Infer, inferModel: (model: Flow, input: Shape) => Figures): Infer<OpOf<'time-distributed'>> =>
  ({ inner }, [input]) => {
    if (!input || !inner) return UNKNOWN;
    const [batch = null, time = null, ...rest] = input;
    const model = inner.kind === 'model' ? inner.read() : null;
    const one =
      inner.kind !== 'model'
        ? inferOp(inner, [[batch, ...rest]])
        : model
          ? inferModel(model, [batch, ...rest])
          : UNKNOWN;
    return {
      shape: one.shape ? [batch, time, ...one.shape.slice(1)] : null,
      macs: one.macs === null || time === null ? null : one.macs * time,
    };
  };
