import { count, percent } from '../../../protocol/format';
import type { PackedSizes } from '../../../protocol/measure/packing';
import type { Packed } from '../../checkpoint/packed/pack';
import type { FileSizes } from '../../checkpoint/sizes';
import { tensorBytes } from '../../checkpoint/tensor-bytes';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { idealOf } from '../../measure/ideal-bits';
import { countNonzero } from '../../measure/inspect';
import { readGraph } from '../../model/graph';
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
  { file, bytes, unpacked, largest }: Written,
): PackedSizes {
  // A tensor of two layers counts where it comes first.
  const left = new Set(model.tensors.values());
  const layers = readGraph(model).layers.map(({ name, type, tensors }) => {
    const own = tensors.map(({ tensor }) => tensor).filter((tensor) => left.delete(tensor));
    return { name, type, ...figuresOf(own, packed) };
  });
  if (left.size > 0) layers.push({ name: 'others', type: '', ...figuresOf([...left], packed) });
  const sizes = {
    ...{ file, bytes, sha256: packed.sha256, textBits: packed.textBits },
    unpacked: { bytes: unpacked.bytes, gzipBytes: unpacked.gzipBytes, brotliBytes: unpacked.brotliBytes ?? 0 },
    idealBits: layers.reduce((sum, layer) => sum + layer.idealBits, 0),
    layers,
    ...(largest ? { largestChange: largest } : {}),
  };
  const advice = adviceFor(model, packed, bytes / unpacked.bytes);
  return advice === undefined ? sizes : { ...sizes, advice: [advice] };
}

function figuresOf(tensors: readonly Tensor[], packed: Packed): Omit<PackedSizes['layers'][number], 'name' | 'type'> {
  const sum = (of: (tensor: Tensor) => number): number => tensors.reduce((all, tensor) => all + of(tensor), 0);
  return {
    params: sum(({ data }) => data.length),
    nonzero: sum(countNonzero),
    bytes: sum(tensorBytes),
    packedBits: sum(({ name }) => packed.tensorBits.get(name) ?? 0),
    idealBits: sum((tensor) => idealOf(tensor).bits),
  };
}

/** Says why a model did not shrink, and what would help; undefined where it did. */
function adviceFor({ tensors }: ModelContent, { tensorBits }: Packed, share: number): string | undefined {
  const [largest] = [...tensors.values()].sort((a, b) => (tensorBits.get(b.name) ?? 0) - (tensorBits.get(a.name) ?? 0));
  if (share <= POOR || !largest) return undefined;
  const { name, data, quantization, dtype } = largest;
  const { values } = idealOf(largest);
  const zeros = 1 - countNonzero(largest) / Math.max(1, data.length);
  const kept = `The file is ${percent(share)} of the unpacked ones, because most of it is "${name}"`;
  if (dtype === 'float32' && !quantization && (values === undefined || values > FEW))
    return `${kept}, whose weights are 32-bit floats with ${values === undefined ? 'more than 65,536' : count(values)} distinct values, ${percent(zeros)} of them 0: cluster or quantize it first, and prune it.`;
  return `${kept}, of whose weights ${percent(zeros)} are 0: prune it first, or quantize it to fewer bits.`;
}
