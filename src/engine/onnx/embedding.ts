import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { Tensor } from '../checkpoint/types';
import type { OpOf } from '../model/op/op';
import { channelsLast, NoOperator, type Value } from './values';

/** Writes a table of vectors whose rows are taken by number. @throws NoOperator */
export function emitEmbedding(
  file: OnnxFile,
  given: Value,
  op: OpOf<'embedding'>,
  { name, table }: { readonly name: string; readonly table: Tensor | undefined },
): Value {
  if (op.masks) throw new NoOperator('masks steps');
  if (!(table?.data instanceof Float32Array)) throw new NoOperator('has no table of float32');
  const input = channelsLast(file, given);
  const rows = file.constant(`${name}/table`, 'float32', table.shape, table.data);
  const places = file.node('Cast', [input.name], { to: INT64 }, `${name}/rows`);
  return { name: file.node('Gather', [rows, places], { axis: 0 }, name), rank: input.rank + 1, order: 'last' };
}

/** The number of this type in ONNX. */
const INT64 = 7;
