import { z } from 'zod';
import { LayerJson, numberOf, stringOf, type Config, type Shape } from '../topology-json';
import { MODELS } from '../description/model-description';
import { readTopology, type Topology } from '../topology';
import { product, UNKNOWN, type Infer, type LayerFigures } from './infer';
import { putTogether, slide, takeApart, windowOf } from './spatial';

/** Kernels of each gate: of the input (depth x units) and of the state (units x units), at each time step. */
function recurrent(gates: number): Infer {
  return ({ config, inputs: [input] }) => {
    const [batch = null, time = null, depth = null] = input ?? [];
    if (input?.length !== 3) return UNKNOWN;
    const units = numberOf(config['units'], NaN);
    const macs = time === null || depth === null ? null : time * gates * units * (depth + units);
    return withStates(config, [batch, time, units], [[batch, units]], gates, macs);
  };
}

/** What comes out: all steps or the last one, then the states where they are asked for; an LSTM has two of each. */
function withStates(
  config: Config,
  steps: Shape,
  states: readonly Shape[],
  gates: number,
  macs: number | null,
): LayerFigures {
  const [batch = null, , ...rest] = steps;
  const shape = config['return_sequences'] === true ? steps : [batch, ...rest];
  const more = states.flatMap((state) => (gates === 4 ? [state, state] : [state]));
  return { shape, macs, ...(config['return_state'] === true ? { more } : {}) };
}

const GATES: Readonly<Record<string, number>> = { SimpleRNNCell: 1, GRUCell: 3, LSTMCell: 4 };

/** A cell, or cells one upon another, at each time step. */
const ofCells: Infer = ({ config, inputs: [input] }) => {
  const cell = LayerJson.safeParse(config['cell']).data;
  if (!cell || input?.length !== 3 || Array.isArray(cell.config)) return UNKNOWN;
  const stacked: unknown = cell.class_name === 'StackedRNNCells' ? cell.config?.['cells'] : [cell];
  const cells = z.array(LayerJson).safeParse(stacked);
  if (!cells.success) return UNKNOWN;
  const [batch = null, time = null, ...rest] = input;
  let depth = rest[0] ?? null;
  let macs: number | null = 0;
  for (const { class_name: type, config: own } of cells.data) {
    const gates = Object.hasOwn(GATES, type) ? GATES[type] : undefined;
    if (gates === undefined || !own || Array.isArray(own)) return UNKNOWN;
    const units = numberOf(own['units'], NaN);
    macs = macs === null || time === null || depth === null ? null : macs + time * gates * units * (depth + units);
    depth = units;
  }
  return { shape: config['return_sequences'] === true ? [batch, time, depth] : [batch, depth], macs };
};

/** Convolves the input and the state of each time step; the state keeps its size. */
const convolutionLstm: Infer = ({ config, inputs: [input] }) => {
  const [batch = null, time = null, ...frame] = input ?? [];
  const image = takeApart(config, [batch, ...frame], 2);
  const window = windowOf(config, 2, 'kernel_size');
  if (!image || !window) return UNKNOWN;
  const filters = numberOf(config['filters'], NaN);
  const axes = slide(image.axes, window);
  const state = putTogether(config, { ...image, axes, channels: filters });
  const channels = image.channels === null ? null : image.channels + filters;
  const macs = product([time, ...axes, ...window.size, channels, 4 * filters]);
  return withStates(config, [batch, time, ...state.slice(1)], [state], 4, macs);
};

type InferModel = (model: Topology, input: Shape) => LayerFigures;
type InferLayer = (type: string, ...call: Parameters<Infer>) => LayerFigures;

/** Runs the layer inside forwards and backwards. */
export function bidirectional(inferLayer: InferLayer): Infer {
  return ({ config, inputs }) => {
    const inner = LayerJson.safeParse(config['layer']);
    if (!inner.success || Array.isArray(inner.data.config)) return UNKNOWN;
    const one = inferLayer(inner.data.class_name, { config: inner.data.config ?? {}, inputs });
    const macs = one.macs === null ? null : 2 * one.macs;
    const joined = stringOf(config['merge_mode']) === 'concat' || config['merge_mode'] === undefined;
    const shape = one.shape?.map((size, i, all) => (joined && i === all.length - 1 && size !== null ? 2 * size : size));
    // Apart, the backward results are one more; with states the order is another.
    if (one.more) return { shape: shape ?? null, macs };
    return { shape: shape ?? null, macs, ...(config['merge_mode'] === null ? { more: [one.shape] } : {}) };
  };
}

/** Applies the layer inside to every time step. */
export function timeDistributed(inferLayer: InferLayer, inferModel: InferModel): Infer {
  return ({ config, inputs: [input] }) => {
    const inner = LayerJson.safeParse(config['layer']);
    if (!input || !inner.success || Array.isArray(inner.data.config)) return UNKNOWN;
    const [batch = null, time = null, ...rest] = input;
    const model = MODELS.has(inner.data.class_name) ? readTopology(inner.data) : null;
    const one = model
      ? inferModel(model, [batch, ...rest])
      : inferLayer(inner.data.class_name, { config: inner.data.config ?? {}, inputs: [[batch, ...rest]] });
    return {
      shape: one.shape ? [batch, time, ...one.shape.slice(1)] : null,
      macs: one.macs === null || time === null ? null : one.macs * time,
    };
  };
}

/** Recurrent layers by class name. */
export const recurrents: Record<string, Infer> = {
  SimpleRNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
  RNN: ofCells,
  ConvLSTM2D: convolutionLstm,
};
