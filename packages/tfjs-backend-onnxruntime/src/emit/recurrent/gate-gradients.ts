import type { ValueName } from '../../encoding/model-builder';
import type { PendingValue } from '../../graph/value';
import type { Emission } from '../emission';
import type { SaturatingGradient, TanhGradient } from '../../passes/rewrites';

/**
 * The gradients of several gates beside each other: what comes from above times what is known beforehand. Operators that read
 * two results compute the one that was written last first: so what is known beforehand is written last, and computed while
 * the forward pass has it at hand.
 */
export function emitGateGradients(emission: Emission, value: PendingValue, gates: readonly SaturatingGradient[]): void {
  const { builder } = emission;
  const beside = (names: readonly ValueName[]): ValueName =>
    builder.op('Concat', names, { axis: value.shape.length - 1 });
  const upstream = beside(gates.map((gate) => emission.flat(gate.upstream)));
  const known = beside(gates.map((gate) => knownFactor(emission, gate)));
  const rest = builder.op('Sub', [builder.float(1), beside(gates.map(({ result }) => emission.flat(result)))]);
  emission.setFlat(value, builder.op('Mul', [upstream, builder.op('Mul', [known, rest])]));
}

/** The factor of the gradient beside `1 - y`: `factor * y` of a sigmoid, `factor * (1 + y)` of a hyperbolic tangent. */
function knownFactor(emission: Emission, { fn, result, known }: SaturatingGradient): ValueName {
  const { builder } = emission;
  const times = emission.flat(known?.product ?? result);
  if (fn === 'Sigmoid') return times;
  return builder.op('Add', [known === null ? builder.float(1) : emission.flat(known.factor), times]);
}

/** All but the product with what comes from above belongs to the forward pass. */
export function emitTanhGradient(emission: Emission, value: PendingValue, gradient: TanhGradient): void {
  const { builder } = emission;
  const upstream = emission.flat(gradient.upstream);
  const lost = builder.op('Mul', [emission.flat(gradient.product), emission.flat(gradient.result)]);
  const slope = builder.op('Sub', [emission.flat(gradient.factor), lost]);
  emission.setFlat(value, builder.op('Mul', [upstream, slope]));
}
