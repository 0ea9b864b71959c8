import type { EncodedCheckpoint } from '../../checkpoint/encode';
import type { Packed } from '../../checkpoint/packed/pack';
import type { ModelContent } from '../../checkpoint/types';
import { idealOf, type Ideal } from '../../measure/ideal-bits';

/** Bits of a tensor in a packed file and ideally, and its different values other than 0, see `Ideal`. */
export interface TensorBits {
  readonly packed: number;
  readonly ideal: number;
  readonly values: Ideal['values'];
}

/** The bits that a model takes packed, by tensor. */
export interface MeasuredPacking {
  /** Bytes of the packed file. */
  readonly bytes: number;
  /** Bytes of model.json and shards. */
  readonly unpackedBytes: number;
  readonly textBits: number;
  readonly tensors: ReadonlyMap<string, TensorBits>;
}

/** Measures a model in a packed file. @param encoded the same model as model.json and shards */
export function measured(
  model: ModelContent,
  { bytes, textBits, tensorBits }: Packed,
  { modelJson, shards }: EncodedCheckpoint,
): MeasuredPacking {
  const tensors = new Map(
    [...model.tensors.values()].map((tensor) => {
      const { bits, values } = idealOf(tensor);
      return [tensor.name, { packed: tensorBits.get(tensor.name) ?? 0, ideal: bits, values }];
    }),
  );
  const unpackedBytes = shards.reduce((sum, { byteLength }) => sum + byteLength, modelJson.bytes.byteLength);
  return { bytes: bytes.byteLength, unpackedBytes, textBits, tensors };
}
