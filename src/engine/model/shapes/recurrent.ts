import { LayerJson, numberOf, stringOf } from '../topology-json';
import { UNKNOWN, type Infer, type LayerFigures } from './infer';

/** Kernels of each gate: of the input (depth x units) and of the state (units x units), at each time step. */
function recurrent(gates: number): Infer {
  return ({ config, inputs: [input] }) => {
    const [batch = null, time = null, depth = null] = input ?? [];
    if (input?.length !== 3) return UNKNOWN;
    const units = numberOf(config['units'], NaN);
    const macs = time === null || depth === null ? null : time * gates * units * (depth + units);
    return { shape: config['return_sequences'] === true ? [batch, time, units] : [batch, units], macs };
  };
}

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
    return { shape: config['merge_mode'] === null ? null : (shape ?? null), macs };
  };
}

/** Applies the layer inside to every time step. */
export function timeDistributed(inferLayer: InferLayer): Infer {
  return ({ config, inputs: [input] }) => {
    const inner = LayerJson.safeParse(config['layer']);
    if (!input || !inner.success || Array.isArray(inner.data.config)) return UNKNOWN;
    const [batch = null, time = null, ...rest] = input;
    const one = inferLayer(inner.data.class_name, { config: inner.data.config ?? {}, inputs: [[batch, ...rest]] });
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
};
