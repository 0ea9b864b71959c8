import type { ValueName } from '../../encoding/model-builder';
import type { PendingValue } from '../../graph/value';
import type { Emission } from '../emission';
import type { SaturatingGradient, TanhGradient } from '../../passes/rewrites';

/**
 * Emits the gradients of several gates side by side: the upstream gradient times a factor that the forward pass knows.
 * An operator with two inputs computes the input that was written last first, so the known factor is written last. It
 * is then computed while the forward pass has it in the cache.
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

/**
 * Computes the factor of the gradient beside `1 - y`: `factor * y` for a sigmoid, `factor * (1 + y)` for a hyperbolic
 * tangent.
 */
function knownFactor(emission: Emission, { fn, result, known }: SaturatingGradient): ValueName {
  const { builder } = emission;
  const times = emission.flat(known?.product ?? result);
  if (fn === 'Sigmoid') return times;
  return builder.op('Add', [known === null ? builder.float(1) : emission.flat(known.factor), times]);
}

/**
 * Emits the gradient of a hyperbolic tangent. Everything except the product with the upstream gradient belongs to the
 * forward pass.
 */
export function emitTanhGradient(emission: Emission, value: PendingValue, gradient: TanhGradient): void {
  const { builder } = emission;
  const upstream = emission.flat(gradient.upstream);
  const lost = builder.op('Mul', [emission.flat(gradient.product), emission.flat(gradient.result)]);
  const slope = builder.op('Sub', [emission.flat(gradient.factor), lost]);
  emission.setFlat(value, builder.op('Mul', [upstream, slope]));
}
