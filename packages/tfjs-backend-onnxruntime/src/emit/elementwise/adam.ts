import type { PendingValue } from '../../graph/value';
import type { Emission } from '../emission';

export function emitMovingAverage(emission: Emission, value: PendingValue<'MovingAverage'>): void {
  const { builder } = emission;
  const { operation, inputs, inputShapes } = value.node;
  const { decay, squared } = operation.attributes;
  const [average, newest] = inputs.map((input, i) => emission.flat(input, inputShapes[i]));
  const added = squared ? builder.op('Mul', [newest!, newest!]) : newest!;
  const kept = builder.op('Mul', [average!, builder.float(decay)]);
  emission.setFlat(value, builder.op('Add', [kept, builder.op('Mul', [added, builder.float(1 - decay)])]));
}

/** Emits `weight + rate * first / (sqrt(second) + epsilon)`. */
export function emitAdamUpdate(emission: Emission, value: PendingValue<'AdamUpdate'>): void {
  const { builder } = emission;
  const [weight, first, second, rate, epsilon] = value.node.inputs.map((input, i) =>
    // Rate and epsilon are scalars.
    i < 3 ? emission.flat(input, value.shape) : emission.flat(input),
  );
  const scale = builder.op('Add', [builder.op('Sqrt', [second!]), epsilon!]);
  const change = builder.op('Mul', [builder.op('Div', [first!, scale]), rate!]);
  emission.setFlat(value, builder.op('Add', [weight!, change]));
}
