import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Inspection, type Provenance } from '../../../src/protocol/model';
import { withProvenance } from '../../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { inspect } from '../../../src/engine/measure/inspect';
import { tinyModel, tinyWeights, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

const sparse = () => tinyWeights().map((weight, i) => (i % 4 === 0 ? 0 : weight));

describe('inspecting a checkpoint', () => {
  it('tells every layer, every tensor and the totals', async () => {
    const file = await writeRaw(await temporaryFolder(), tinyModel(), sparse());
    const found = Inspection.parse(await inspect(await readCheckpoint(file), { brotli: true }));
    const files = await Promise.all(
      ['model.json', 'group1-shard1of1.bin'].map((name) => readFile(path.join(path.dirname(file), name))),
    );
    expect(found).toMatchObject({
      name: 'tiny',
      path: file,
      format: 'layers-model',
      layers: [
        {
          name: 'flatten',
          type: 'Flatten',
          outputShape: [null, 36],
          params: 0,
          sparsity: null,
          macs: 0,
          prunable: false,
          reason: 'it has no weights',
        },
        {
          name: 'logits',
          type: 'Dense',
          outputShape: [null, 3],
          params: 111,
          nonzero: 83,
          sparsity: 27 / 108,
          macs: 108,
          prunable: true,
        },
      ],
      totals: {
        params: 111,
        nonzero: 83,
        kernelWeights: 108,
        sparsity: 27 / 108,
        macs: 108,
        bytes: files[0]!.byteLength + files[1]!.byteLength,
        gzipBytes: files.reduce((total, bytes) => total + gzipSync(bytes, { level: 6 }).byteLength, 0),
      },
    });
    expect(found.totals.brotliBytes).toBeGreaterThan(0);
    expect(
      found.layers[1]!.tensors.map(({ name, kernel, prunable, reason }) => [name, kernel, prunable, reason]),
    ).toEqual([
      ['logits/kernel', true, true, undefined],
      ['logits/bias', false, false, 'biases are not pruned: they are few and matter much'],
    ]);
    expect(found.notRunnable).toBeUndefined();
  });

  it('works with NaN weights and unknown layers, and says why such a model cannot be run', async () => {
    const model = tinyModel();
    model.modelTopology.config.layers.splice(1, 0, { class_name: 'Sharpen', config: { name: 'sharpen' } });
    const file = await writeRaw(await temporaryFolder(), model, tinyWeights().fill(NaN, 0, 5));
    const found = Inspection.parse(JSON.parse(JSON.stringify(await inspect(await readCheckpoint(file)))));
    expect(found.layers.map(({ params, macs }) => [params, macs])).toEqual([
      [0, 0],
      [0, null],
      [111, null],
    ]);
    expect(found.totals).toMatchObject({ params: 111, nonzero: 111, macs: null });
    expect(found.notRunnable).toMatch(/^The layer "sharpen" has the type "Sharpen"/);
  });

  it('is called by its folder where its own name is made up, or by its file', async () => {
    const model = tinyModel();
    model.modelTopology.config.name = 'sequential_12';
    const folder = path.join(await temporaryFolder(), 'mine');
    const file = await writeRaw(folder, model);
    expect((await inspect(await readCheckpoint(file))).name).toBe('mine');
  });

  it('tells where a checkpoint came from, and keeps what others wrote', async () => {
    const source = await readCheckpoint(await writeRaw(await temporaryFolder()));
    const provenance: Provenance = {
      version: '0.1.0',
      recipe: { steps: [] },
      seed: 3,
      parent: source.weightsHash,
      backend: { name: 'cpu', version: '1', threads: 1 },
      accuracies: [{ after: 'prune', split: 'test', samples: 10, accuracy: 0.5, sampleData: true }],
    };
    const metadata = withProvenance({ author: 'me', secateur: 'old' }, provenance);
    const written = await readCheckpoint(
      (await writeCheckpoint(await temporaryFolder(), { ...source, metadata })).path,
    );
    expect((await inspect(written)).provenance).toEqual(provenance);
    expect(written.metadata?.['author']).toBe('me');
    const garbled = await writeCheckpoint(await temporaryFolder(), {
      ...source,
      metadata: { secateur: { seed: 'x' } },
    });
    expect(await inspect(await readCheckpoint(garbled.path))).not.toHaveProperty('provenance');
  });
});
