import { expect, test } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { removedCounts } from '../../../src/engine/compress/counts';
import { TINY_WEIGHTS, tinyModel, tinyWeights, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

test('weights that belong to no layer have a row in the plan of a removal', async () => {
  const raw = tinyModel();
  raw.weightsManifest[0]!.weights.push({ name: 'stray', shape: [2], dtype: 'float32' });
  const model = await readCheckpoint(await writeRaw(await temporaryFolder(), raw, tinyWeights(TINY_WEIGHTS + 2)));
  const size = { width: null, params: 0, macs: null };
  const layers = ['flatten', 'logits'].map((name) => ({
    ...{ name, type: 'Dense', state: 'skipped' as const },
    ...{ before: size, after: size },
  }));
  const { layers: rows, totals } = removedCounts(model, { model, layers });
  expect(rows).toHaveLength(3);
  expect(rows[2]).toMatchObject({ state: 'skipped', reason: 'it is not a layer of the model', after: { params: 2 } });
  expect(totals.after.params).toBe(TINY_WEIGHTS + 2);
});
