import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutHistory } from '../../../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import { plannedSizes } from '../../../../src/engine/checkpoint/sizes';
import type { ModelContent } from '../../../../src/engine/checkpoint/types';
import { pack } from '../../../../src/engine/checkpoint/packed/pack';
import { withSmallWeights } from '../../../../src/engine/compress/pack/small-weights';
import { codedKernels, inBytes, inFourBits, mapped, prunedTo } from './coded';

/** Without the record of its training, which is no part of the weights. */
let sparse: ModelContent;
beforeAll(async () => {
  sparse = withoutHistory(prunedTo(await readCheckpoint(path.resolve('media/samples/fashion-cnn/model.json')), 0.95));
});

describe.each([
  ['8 bits', inBytes],
  ['4 bits', inFourBits],
] as const)('the fashion network, pruned to 95%%, in %s', (_, quantized) => {
  it('takes at most 1.03 of the entropy with the same contexts, and less than that of zero order', () => {
    const { coded, contexts, zeroOrder } = codedKernels(mapped(sparse, quantized));
    expect(coded).toBeLessThan(contexts * 1.03);
    expect(coded).toBeLessThan(zeroOrder);
  });

  it('takes a quarter of what gzip leaves of the same sparse floats', async () => {
    const { gzipBytes } = await plannedSizes(sparse);
    const { model } = withSmallWeights(mapped(sparse, quantized), 12);
    expect(pack(model).bytes.byteLength * 4).toBeLessThan(gzipBytes);
  });
});
