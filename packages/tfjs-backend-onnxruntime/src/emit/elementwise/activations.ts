import type { ModelBuilder, ValueName } from '../../encoding/model-builder';
import type { Activation } from '../../graph/operations';

/** Activations that map zero to zero, so that the filling of a block stays zero. */
export const KEEPS_ZERO: ReadonlySet<Activation['name']> = new Set(['linear', 'relu', 'relu6', 'elu', 'leakyrelu']);

/** Activations that blocked convolutions apply themselves. */
export const BLOCKED_ACTIVATIONS: Partial<Record<Activation['name'], string>> = { relu: 'Relu', sigmoid: 'Sigmoid' };

export function activate(builder: ModelBuilder, input: ValueName, { name, alpha }: Activation): ValueName {
  switch (name) {
    case 'linear':
      return input;
    case 'relu':
      return builder.op('Relu', [input]);
    case 'relu6':
      return builder.op('Clip', [input, builder.float(0), builder.float(6)]);
    case 'sigmoid':
      return builder.op('Sigmoid', [input]);
    case 'elu':
      return builder.op('Elu', [input]);
    case 'leakyrelu':
      return builder.op('LeakyRelu', [input], { alpha: { float: alpha } });
  }
}
