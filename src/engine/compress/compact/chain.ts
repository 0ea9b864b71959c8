import type { NewLayer, NewOp, NewTensor } from '../../model/edit/new-layer';
import type { Window } from '../../model/op/attributes';
import type { Convolution } from './convolution';
import type { FormName } from '../../../protocol/steps/compact';
import type { Values } from './form';

/** A layer of a chain without its name; `part` ends the name. */
type Part = Omit<NewLayer, 'name'> & { readonly part: string };

/** Describes the layers that compute a form of a convolution. The last one takes bias and activation. */
export function chainOf(
  form: FormName,
  { op, kernel, outputs }: Convolution,
  factors: readonly Values[],
  bias: Float32Array | undefined,
): Part[] {
  const { rank, window, activation } = op;
  const sizes = kernel.tensor.shape.slice(0, rank);
  const single = sizes.map(() => 1);
  const point: Window = { size: single, strides: single, dilation: single, padding: 'valid' };
  const widthOf = ({ shape }: Values): number => shape.at(-1)!;
  const tensor = (role: NewTensor['role'], { data }: Values, shape: readonly number[]): NewTensor => ({
    role,
    shape,
    data,
  });
  const conv = (more: { filters: number; window: Window; activation: string; groups?: number }): NewOp => ({
    ...{ kind: 'conv', rank, groups: 1 },
    ...more,
  });
  const ends: readonly NewTensor[] = bias ? [{ role: 'bias', shape: [outputs], data: bias }] : [];
  const mixing = (part: string, values: Values, act: string, more: readonly NewTensor[] = []): Part => ({
    part,
    op: conv({ filters: widthOf(values), window: point, activation: act }),
    tensors: [tensor('kernel', values, [...single, ...values.shape]), ...more],
  });
  const [first, second, third] = factors as [Values, Values, Values];
  switch (form) {
    case 'separable': {
      const [, inputs = 1, multiplier = 1] = first.shape;
      return [
        {
          part: 'core',
          op: { kind: 'depthwise-conv', rank, window, multiplier, activation: 'linear' },
          tensors: [tensor('depthwise-kernel', first, [...sizes, inputs, multiplier])],
        },
        mixing('out', second, activation, ends),
      ];
    }
    case 'bottleneck':
      return [
        mixing('in', first, 'linear'),
        {
          part: 'core',
          op: conv({ filters: widthOf(second), window, activation: 'linear' }),
          tensors: [tensor('kernel', second, [...sizes, ...second.shape.slice(1)])],
        },
        mixing('out', third, activation, ends),
      ];
    case 'grouped': {
      const [, each = 1] = first.shape;
      const groups = kernel.tensor.shape.at(-2)! / each;
      return [
        {
          part: 'grouped',
          op: conv({ filters: outputs, window, activation, groups }),
          tensors: [tensor('kernel', first, [...sizes, each, outputs]), ...ends],
        },
      ];
    }
  }
}
