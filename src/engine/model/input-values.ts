import type { InputValues } from './network';
import type { Flow } from './op/op';

/** Determines the values that each input of a model takes, from the first node that reads it. */
export function inputValues({ inputCalls, calls, nodes }: Flow): InputValues[] {
  return inputCalls.map((call) => {
    const readers = calls.filter(({ inputs }, i) => i === call || inputs.some((one) => one.call === call));
    const op = readers.map(({ node }) => nodes[node]!.op).find(({ kind }) => kind !== 'input');
    if (op?.kind === 'embedding') return { kind: 'rows', rows: op.rows ?? 1 };
    return { kind: op?.kind === 'rescaling' || op?.kind === 'standardization' ? 'pixels' : 'numbers' };
  });
}
