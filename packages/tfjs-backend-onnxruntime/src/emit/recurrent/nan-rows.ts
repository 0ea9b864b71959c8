import type { ValueName } from '../../encoding/model-builder';
import type { Emission } from '../emission';
import type { Recurrence } from '../../passes/rewrites';

/** Sums per example that are NaN if an input of its states is NaN; computed on demand. */
export interface NanRows {
  /** `[1, batch, 1]`, for the states after the last step. */
  readonly atLast: () => ValueName;
  /** `[steps, batch, 1]`, for the states after each step. */
  readonly atEach: () => ValueName;
}

/**
 * Finds the examples with NaN. The recurrent operators of ONNX Runtime lose NaN when they add a bias; a sum over inputs
 * and weights keeps it.
 */
export function nanRows(emission: Emission, { first, last, input }: Recurrence): NanRows {
  const { builder } = emission;
  const [batch, units] = last.state.shape as [number, number];
  const sum = (name: ValueName, ...axes: number[]): ValueName => builder.op('ReduceSum', [name, builder.ints(...axes)]);
  const { weights, recurrentWeights, bias, stateBefore, cellBefore } = first;
  const ofAll = (): ValueName[] => [
    ...[weights, recurrentWeights].map((value) => sum(emission.flat(value), 0, 1)),
    ...(bias === null ? [] : [sum(emission.flat(bias, [bias.shape.at(-1)!]), 0)]),
    ...[stateBefore, cellBefore].flatMap((value) =>
      value === null ? [] : [sum(emission.flat(value, [1, batch, units]), 2)],
    ),
  ];
  return {
    atLast: () => builder.op('Sum', [...ofAll(), sum(emission.flat(input), 0, 2)]),
    atEach: () => {
      const ofStep = sum(emission.flat(input), 2);
      const soFar = builder.op('CumSum', [ofStep, builder.constant('int32', [], Int32Array.of(0))]);
      return builder.op('Sum', [...ofAll(), soFar]);
    },
  };
}
