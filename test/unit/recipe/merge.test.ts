import { readdir, rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { Bench } from './runs';

const merge = (more: object = {}) => ({ checkpoint: 'net', steps: [{ step: 'merge', ...more }] }) as never;

/** Writes two linear layers, the first of which has twice the same large weights with small differences, which the second takes. */
async function writeCancelling(bench: Bench): Promise<void> {
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ name: 'large', inputShape: [3], units: 2, useBias: false }),
      layers.layers.dense({ name: 'difference', units: 1, useBias: false }),
    ],
  });
  const { tensors, ...content } = fromLayersModel(model);
  model.dispose();
  const values: Readonly<Record<string, number[]>> = {
    'large/kernel': [1e6, 1e6 + 1, 3e6, 3e6 - 2, 7e6, 7e6 + 1],
    'difference/kernel': [1, -1],
  };
  const filled = [...tensors].map(([name, tensor]) => [name, { ...tensor, data: Float32Array.from(values[name]!) }] as const); // prettier-ignore
  await rm(bench.path('net'), { recursive: true });
  await writeCheckpoint(bench.path('net'), { ...content, tensors: new Map(filled) });
}

it('refuses a merge whose outputs differ, or goes on with the model as it was', async () => {
  const bench = await Bench.make();
  await writeCancelling(bench);
  await expect(bench.run(merge())).rejects.toThrow(
    /^After merging, the outputs differ by .*% of their size, .* nothing was written: protect layers until they agree/,
  );
  expect(await readdir(bench.folder)).not.toContain('out');
  const { out, steps } = await bench.run(merge({ ifNothing: 'go-on' }), { out: 'kept' });
  expect(steps).toMatchObject([
    {
      ...{ step: 'merge', difference: null, notCompared: 'nothing was merged' },
      shortfall: expect.stringMatching(
        /^After merging, the outputs differ by .* so the model stays as it is\.$/,
      ) as string,
      layers: [{ name: 'large', state: 'skipped' }, { name: 'difference', state: 'skipped' }], // prettier-ignore
    },
  ]);
  const [before, after] = await Promise.all([readCheckpoint(bench.path('net', 'model.json')), readCheckpoint(out)]);
  expect([...after.tensors.values()].map(({ data }) => data)).toEqual(
    [...before.tensors.values()].map(({ data }) => data),
  );
});

it('refuses a model without anything to merge, or goes on with it', async () => {
  const bench = await Bench.make();
  await expect(bench.run(merge())).rejects.toThrow(/^Nothing in the model can be merged \(.*\): leave the step out/);
  expect(await readdir(bench.folder)).not.toContain('out');
  const { steps, after } = await bench.run(merge({ ifNothing: 'go-on' }), { out: 'kept' });
  expect(after).toMatchObject({ params: 235 });
  expect(steps).toMatchObject([{ shortfall: expect.stringMatching(/^Nothing .* so it stays as it is\.$/) as string }]);
});
