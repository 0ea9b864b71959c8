import type { ModelTotals } from '../../../protocol/model';
import { pack } from '../../checkpoint/packed/pack';
import { isPackedCheckpoint } from '../../checkpoint/read';
import type { Checkpoint } from '../../checkpoint/types';
import { idealOf } from '../../measure/ideal-bits';

/** Sizes of a model in a packed file. */
export type PackedFigures = Required<Pick<ModelTotals, 'packedBytes' | 'idealBits'>>;

/** Computes what a model takes packed, and at best. Packing takes about a second for 6 million bytes of floats. */
export const packedFigures = (checkpoint: Checkpoint): PackedFigures => ({
  packedBytes: isPackedCheckpoint(checkpoint) ? checkpoint.files[0]!.bytes : pack(checkpoint).bytes.byteLength,
  idealBits: [...checkpoint.tensors.values()].reduce((sum, tensor) => sum + idealOf(tensor).bits, 0),
});
