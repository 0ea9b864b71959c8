import path from 'node:path';
import { inRoot } from '../../scripts/setup/paths';
import { pack } from '../../src/engine/checkpoint/packed/pack';
import { withoutHistory } from '../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import { plannedSizes } from '../../src/engine/checkpoint/sizes';
import type { Tensor } from '../../src/engine/checkpoint/types';
import { withSmallWeights } from '../../src/engine/compress/pack/small-weights';
import { atLeast, atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { codedKernels, inBytes, inFourBits, mapped, prunedTo } from '../unit/checkpoint/packed/coded';

const FORMS: readonly (readonly [name: string, change: (kernel: Tensor) => Tensor])[] = [
  ['8 bits', inBytes],
  ['4 bits', inFourBits],
];

/**
 * Measures the coder of packed files on the shipped network and on another, pruned to 95% by magnitude: bits of the
 * kernels beside two entropies, and bytes of the whole file beside those of gzip; these depend on the weights, so that only
 * the shipped network has a target for them.
 * @param model the model.json of another network, such as one that others trained
 */
export async function benchPacking(model: string | undefined): Promise<BenchLine[]> {
  const shipped = await linesOf('fashion-cnn', inRoot('media', 'samples', 'fashion-cnn', 'model.json'), 4);
  return [...shipped, ...(model === undefined ? [] : await linesOf(path.basename(path.dirname(model)), model))];
}

async function linesOf(name: string, file: string, reach?: number): Promise<BenchLine[]> {
  const sparse = withoutHistory(prunedTo(await readCheckpoint(file), 0.95));
  const { gzipBytes } = await plannedSizes(sparse);
  return FORMS.flatMap(([form, change]) => {
    const { model } = withSmallWeights(mapped(sparse, change), 12);
    const { coded, contexts, zeroOrder } = codedKernels(model);
    const what = `${name}, 95 % zeros, ${form}: packed`;
    const beside = `${what} file, gzip of the same sparse floats by it`;
    const ratio = gzipBytes / pack(model).bytes.byteLength;
    return [
      atMost(`${what} kernels by their entropy in the same contexts`, coded / contexts, '', 1.03),
      atMost(`${what} kernels by their entropy of zero order`, coded / zeroOrder, '', 1),
      reach === undefined
        ? { what: beside, value: ratio, unit: '', target: '', met: true }
        : atLeast(beside, ratio, '', reach),
    ];
  });
}
