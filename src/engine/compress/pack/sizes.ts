import { count, percent } from '../../../protocol/format';
import type { PackedSizes, Packing } from '../../../protocol/measure/packing';
import type { EncodedCheckpoint } from '../../checkpoint/encode';
import type { Packed } from '../../checkpoint/packed/pack';
import type { FileSizes } from '../../checkpoint/sizes';
import { tensorBytes } from '../../checkpoint/tensor-bytes';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { valuesOf } from '../../checkpoint/values';
import { countNonzero } from '../../measure/inspect';
import { readGraph } from '../../model/graph';
import { measured, type MeasuredPacking, type TensorBits } from './measured';
import type { LargestChange } from './small-weights';

/** More than this share of the unpacked bytes: it did not shrink well. */
const POOR = 0.5;
/** More different values than this are no few values. */
const FEW = 256;

/** Facts of the written file. */
interface Written {
  readonly file: string;
  readonly bytes: number;
  readonly unpacked: FileSizes;
  readonly largest: LargestChange | undefined;
}

/** Reports the sizes of a packed model, layer by layer. */
export function packedSizes(
  model: ModelContent,
  packed: Packed,
  encoded: EncodedCheckpoint,
  { file, bytes, unpacked, largest }: Written,
): PackedSizes {
  return {
    ...{ file, sha256: packed.sha256 },
    ...packingByLayer(model, { ...measured(model, packed, encoded), bytes }),
    unpacked: { ...unpacked, brotliBytes: unpacked.brotliBytes ?? 0 },
    ...(largest ? { largestChange: largest } : {}),
  };
}

/** Lists what the layers of a model take packed. */
export function packingByLayer(
  model: ModelContent,
  { bytes, unpackedBytes, textBits, tensors }: MeasuredPacking,
): Packing {
  // A tensor of two layers counts where it comes first.
  const left = new Set(model.tensors.values());
  const layers = readGraph(model).layers.map(({ name, type, tensors: its }) => {
    const own = its.map(({ tensor }) => tensor).filter((tensor) => left.delete(tensor));
    return { name, type, ...figuresOf(own, tensors) };
  });
  if (left.size > 0) layers.push({ name: 'others', type: '', ...figuresOf([...left], tensors) });
  const advice = adviceFor(model, tensors, bytes / unpackedBytes);
  return {
    ...{ bytes, textBits, layers },
    idealBits: layers.reduce((sum, layer) => sum + layer.idealBits, 0),
    ...(advice === undefined ? {} : { advice: [advice] }),
  };
}

type BitsByName = ReadonlyMap<string, TensorBits>;

function figuresOf(tensors: readonly Tensor[], bits: BitsByName): Omit<Packing['layers'][number], 'name' | 'type'> {
  const sum = (of: (tensor: Tensor) => number): number => tensors.reduce((all, tensor) => all + of(tensor), 0);
  return {
    params: sum((tensor) => valuesOf(tensor).length),
    nonzero: sum(countNonzero),
    bytes: sum(tensorBytes),
    packedBits: sum(({ name }) => bits.get(name)?.packed ?? 0),
    idealBits: sum(({ name }) => bits.get(name)?.ideal ?? 0),
  };
}

/** Says why a model did not shrink, and what would help; undefined where it did. */
function adviceFor({ tensors }: ModelContent, bits: BitsByName, share: number): string | undefined {
  const packedOf = ({ name }: Tensor): number => bits.get(name)?.packed ?? 0;
  const [largest] = [...tensors.values()].sort((a, b) => packedOf(b) - packedOf(a));
  if (share <= POOR || !largest) return undefined;
  const { name, quantization, dtype } = largest;
  const values = bits.get(name)?.values;
  const zeros = 1 - countNonzero(largest) / Math.max(1, valuesOf(largest).length);
  const kept = `The packed file is ${percent(share)} of the unpacked ones, because most of it is "${name}"`;
  if (dtype === 'float32' && !quantization && (values === undefined || values > FEW))
    return `${kept}, whose weights are 32-bit floats with ${values === undefined ? 'more than 65,536' : count(values)} distinct values, ${percent(zeros)} of them 0: cluster or quantize it first, and prune it.`;
  return `${kept}, of whose weights ${percent(zeros)} are 0: prune it first, or quantize it to fewer bits.`;
}
