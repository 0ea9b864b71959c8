import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { Margins, Plain } from '../model/op/attributes';
import type { Op, OpOf } from '../model/op/op';
import type { Shape } from '../model/shape';
import { channelsFirst, channelsLast, integers, NoOperator, scalar, type Value } from './values';

type ShapeOp = OpOf<'reshape' | 'permute' | 'rescaling'> | Margins | (Plain & { readonly kind: 'flatten' });

/** Beyond the end of any axis. */
const FAR = 2 ** 31;

/** Tells whether an op only moves its values, or scales all of them alike. */
export const isShapeOp = (op: Op): op is ShapeOp & Op =>
  op.kind === 'flatten' ||
  op.kind === 'reshape' ||
  op.kind === 'permute' ||
  op.kind === 'pad' ||
  op.kind === 'crop' ||
  op.kind === 'rescaling';

/** Writes an op that moves values. @throws NoOperator */
export function emitShape(
  file: OnnxFile,
  op: ShapeOp,
  given: Value,
  { name, shape }: { name: string; shape: Shape | null },
): Value {
  switch (op.kind) {
    case 'flatten': {
      const last = channelsLast(file, given);
      return { name: file.node('Flatten', [last.name], { axis: 1 }, name), rank: 2, order: 'last' };
    }
    case 'reshape': {
      const last = channelsLast(file, given);
      const sizes = shape?.slice(1).filter((size) => size !== null) ?? [];
      if (!shape || sizes.length !== shape.length - 1) throw new NoOperator('has an open shape');
      const target = integers(file, `${name}/shape`, [-1, ...sizes]);
      return { name: file.node('Reshape', [last.name, target], {}, name), rank: shape.length, order: 'last' };
    }
    case 'permute': {
      const last = channelsLast(file, given);
      if (!op.order) throw new NoOperator('has an unknown order of axes');
      return { ...last, name: file.node('Transpose', [last.name], { perm: [0, ...op.order] }, name) };
    }
    case 'pad':
    case 'crop': {
      const input = channelsFirst(file, given);
      const { margins, before } = op;
      if (!margins || !before) throw new NoOperator('has unknown margins');
      const after = margins.map((size, axis) => size - before[axis]!);
      if (op.kind === 'crop') {
        const axes = before.map((_, axis) => axis + 2);
        // An end of 0 from behind would be the beginning.
        const ends = after.map((size) => (size === 0 ? FAR : -size));
        const list = (what: string, values: readonly number[]): string => integers(file, `${name}/${what}`, values);
        const taken = [input.name, list('starts', before), list('ends', ends), list('axes', axes)];
        return { ...input, name: file.node('Slice', taken, {}, name) };
      }
      const pads = integers(file, `${name}/pads`, [0, 0, ...before, 0, 0, ...after]);
      return { ...input, name: file.node('Pad', [input.name, pads], {}, name) };
    }
    case 'rescaling': {
      if (op.scale === null || op.offset === null) throw new NoOperator('has a scale for each channel');
      const scaled = file.node('Mul', [given.name, scalar(file, `${name}/scale`, op.scale)], {}, `${name}/scaled`);
      return { ...given, name: file.node('Add', [scaled, scalar(file, `${name}/offset`, op.offset)], {}, name) };
    }
  }
}
