import { sizeOf } from '../graph/native-types';
import { tf } from '../tf';
import { LINEAR } from './activations';
import { composed } from './composed';
import { areFloat, kernel, type KernelContext, type Kernels } from './kernel';
import { multiply } from './matrix-products';

/** A tensor with named axes. */
interface Named {
  readonly x: tf.TensorInfo;
  readonly axes: string;
}

/**
 * Einstein sums of one or two tensors as products of stacked matrices. Unlike in the cpu kernel, no tensor has all axes
 * at once.
 */
const einsum = kernel<tf.TensorInfo[], { equation: string }>((inputs, { equation }, context) => {
  if (inputs.length > 2 || !areFloat(...inputs)) return undefined;
  // Throws if the equation is invalid.
  tf.backend_util.decodeEinsumEquation(equation, inputs.length);
  const [left, right] = equation.replaceAll(/\s/g, '').split('->') as [string, string];
  const names = left.split(',');
  if (!inputs.every((x, i) => fits({ x, axes: names[i]! }, { x: inputs[0]!, axes: names[0]! }))) return undefined;
  return composed(context, (steps) => {
    // Sum the axes that only one input and not the result has.
    const summed = inputs.map((x, i) => {
      const others = [right, ...names.filter((_, k) => k !== i)].join('');
      return sumOver(steps, { x, axes: names[i]! }, (axis) => !others.includes(axis));
    });
    const [a, b] = summed as [Named, Named | undefined];
    return transposed(steps, b ? product(steps, a, b, right) : a, right);
  });
});

/** True if each axis has one length. Otherwise the cpu kernel reports the error. */
function fits(one: Named, other: Named): boolean {
  const lengths = lengthsOf(other);
  const own = one.axes.split('');
  return (
    own.length === one.x.shape.length &&
    own.every((axis, position) => (lengths.get(axis) ?? one.x.shape[position]!) === one.x.shape[position]!)
  );
}

function product(steps: KernelContext, a: Named, b: Named, output: string): Named {
  const shared = a.axes.split('').filter((axis) => b.axes.includes(axis));
  const stack = shared.filter((axis) => output.includes(axis)).join('');
  const inner = shared.filter((axis) => !output.includes(axis)).join('');
  const rows = a.axes
    .split('')
    .filter((axis) => !b.axes.includes(axis))
    .join('');
  const columns = b.axes
    .split('')
    .filter((axis) => !a.axes.includes(axis))
    .join('');
  const left = asMatrices(steps, a, [stack, rows, inner]);
  const right = asMatrices(steps, b, [stack, inner, columns]);
  const transposes = { transposeA: false, transposeB: false };
  const result = multiply(steps, { a: left, b: right }, [], transposes, LINEAR);
  const axes = stack + rows + columns;
  const lengths = new Map([...lengthsOf(a), ...lengthsOf(b)]);
  return { x: { ...result, shape: axes.split('').map((axis) => lengths.get(axis)!) }, axes };
}

/** Reshapes a tensor to a stack of matrices: the axes of the stack, of rows and of columns. */
function asMatrices(steps: KernelContext, named: Named, groups: readonly [string, string, string]): tf.TensorInfo {
  const lengths = lengthsOf(named);
  const [stack, rows, columns] = groups.map((axes) => sizeOf(axes.split('').map((axis) => lengths.get(axis)!)));
  const ordered = transposed(steps, named, groups.join(''));
  return { ...ordered, shape: [...(groups[0] === '' ? [] : [stack!]), rows!, columns!] };
}

function transposed(steps: KernelContext, { x, axes }: Named, order: string): tf.TensorInfo {
  if (axes === order) return x;
  const perm = order.split('').map((axis) => axes.indexOf(axis));
  const shape = perm.map((axis) => x.shape[axis]!);
  return steps.record({ kind: 'Transpose', attributes: { perm } }, [x], shape, 'float32');
}

function sumOver(steps: KernelContext, { x, axes }: Named, isSummed: (axis: string) => boolean): Named {
  const away = axes.split('').flatMap((axis, position) => (isSummed(axis) ? [position] : []));
  if (away.length === 0) return { x, axes };
  const stays = (_: unknown, position: number): boolean => !away.includes(position);
  const operation = { kind: 'Reduce', attributes: { fn: 'Sum', axes: away } } as const;
  const sum = steps.record(operation, [x], x.shape.filter(stays), 'float32');
  return { x: sum, axes: axes.split('').filter(stays).join('') };
}

const lengthsOf = ({ x, axes }: Named): Map<string, number> =>
  new Map(axes.split('').map((axis, position) => [axis, x.shape[position]!]));

/** Einstein sums. */
export const einsumKernels: Kernels = new Map([['Einsum', einsum]]);
