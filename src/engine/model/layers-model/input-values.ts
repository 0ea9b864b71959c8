import type { InputValues } from '../network';
import type { Topology } from './description/topology';
import { numberOf } from './description/json';

/** The numbers that each input of a model takes, by the first layer that reads it. */
export function inputValues({ inputCalls, calls, nodes }: Topology): InputValues[] {
  return inputCalls.map((call) => {
    const readers = calls.filter(({ inputs }, i) => i === call || inputs.some((one) => one.call === call));
    const { type, config } = readers.map(({ node }) => nodes[node]!).find((layer) => layer.type !== 'InputLayer') ?? {};
    if (type === 'Embedding') return { kind: 'rows', rows: numberOf(config?.['input_dim'], 1) };
    return { kind: type === 'Rescaling' || type === 'Normalization' ? 'pixels' : 'numbers' };
  });
}
