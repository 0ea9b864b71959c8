import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { tf } from '../../../src/engine/tf';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { removeByStep } from '../../../src/engine/compress/remove/remove';
import { inspect } from '../../../src/engine/measure/inspect';
import { toLayersModel } from '../layers-model';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { temporaryFolder } from '../temporary';

beforeAll(() => tf.setBackend('cpu'));

// See test/fixtures/keras/make.py, which wrote them.
const read = (name: string) => readCheckpoint(path.resolve('test/fixtures/keras', name, 'model.json'));
const nothing = { seed: 0, dataset: null };
const remove = (amount: RemoveStep['amount'], more: Partial<RemoveStep> = {}): RemoveStep =>
  RemoveStep.parse({ step: 'remove', amount, ...more });

async function outputs(model: ModelContent): Promise<Float32Array> {
  const running = await toLayersModel(model);
  const made = tf.tidy(() => running.predict(tf.tensor(numbers(2 * 784), [2, 28, 28, 1])) as tf.Tensor);
  running.dispose();
  return made.dataSync<'float32'>();
}

/** Bytes of a checkpoint's shards. */
async function shardBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.bin'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe.each(['residual', 'inverted', 'branches', 'sequential', 'residual-uint8', 'residual-float16'])(
  'the Keras model %s',
  (name) => {
    it('is inspected whole', async () => {
      const { layers, totals, notRunnable } = await inspect(await read(name));
      expect(notRunnable).toBeUndefined();
      expect(totals.macs).toBeGreaterThan(10_000);
      expect(layers.filter(({ outputShape }) => outputShape === null)).toEqual([]);
      expect(totals.params).toBe(
        [...(await read(name)).tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
      );
    });

    it('is pruned, and what became all zero is removed without changing what it answers', async () => {
      const model = await read(name);
      const plan = planPrune(
        model,
        PruneStep.parse({ step: 'prune', granularity: 'filter', amount: { sparsity: 0.4 } }),
      );
      const pruned = { ...model, tensors: applyPrune(model, plan).tensors };
      const {
        removed,
        difference,
        layers,
        model: small,
      } = await removeByStep(pruned, remove({ zeros: true }), nothing);
      // Behind batch normalization a filter of zeros sends a constant, which the edge of a padded convolution shows.
      const staying = layers.filter(({ reason }) => /stays?[:,].*pads its input/.test(reason ?? ''));
      if (name === 'sequential') expect(removed.size).toBeGreaterThan(4);
      else expect(removed.size + staying.length).toBeGreaterThan(0);
      expect(difference!.largest).toBeLessThanOrEqual(1e-4);
      const [expected, got] = [await outputs(pruned), await outputs(small)];
      expected.forEach((value, i) =>
        expect(Math.abs(value - got[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value))),
      );
    });

    it('is made smaller, written, and read back', async () => {
      const model = await read(name);
      const { model: small, totals, difference } = await removeByStep(model, remove({ macs: 0.5 }), nothing);
      expect(totals.after.macs!).toBeLessThanOrEqual(totals.before.macs! / 2);
      expect(difference!.largest).toBeLessThanOrEqual(1e-4);
      const folder = path.join(await temporaryFolder(), 'small');
      const written = await readCheckpoint((await writeCheckpoint(folder, small)).path);
      expect(await outputs(written)).toEqual(await outputs(small));
      expect((await inspect(written)).totals).toMatchObject(totals.after);
      const stored = (await read(name)).tensors.values().next().value!.quantization?.dtype;
      expect(written.tensors.values().next().value!.quantization?.dtype).toBe(stored);
      const bytes = { uint8: 1, float16: 2, uint16: 2 };
      expect(await shardBytes(folder)).toBe(totals.after.params * (stored === undefined ? 4 : bytes[stored]));
    });
  },
);

describe('of a Keras model', () => {
  const stateOf = async (name: string, layer?: string) => {
    const { layers } = await removeByStep(await read(name), remove({ channels: 0.5 }, { scope: 'layer' }), nothing);
    const { state, before, after, reason } = (
      layer === undefined ? layers.at(-1) : layers.find((one) => one.name === layer)
    )!;
    return { state, widths: [before.width, after.width], ...(reason === undefined ? {} : { reason }) };
  };

  it('channels are followed through additions, gates, depthwise and transposed convolutions, slopes and reshapes', async () => {
    expect(await stateOf('residual', 'add')).toEqual({ state: 'follows', widths: [8, 4] });
    expect(await stateOf('inverted', 'depthwise_conv2d')).toEqual({ state: 'follows', widths: [24, 12] });
    expect(await stateOf('inverted', 'multiply')).toEqual({ state: 'follows', widths: [24, 12] });
    expect(await stateOf('inverted', 'depthwise_conv2d_1')).toEqual({ state: 'follows', widths: [16, 8] });
    expect(await stateOf('branches', 'concatenate')).toEqual({ state: 'follows', widths: [16, 8] });
    expect(await stateOf('branches', 'conv2d_transpose')).toEqual({ state: 'removed', widths: [6, 3] });
    expect(await stateOf('branches', 'p_re_lu')).toEqual({ state: 'follows', widths: [6, 3] });
    expect(await stateOf('branches', 'reshape_1')).toEqual({ state: 'follows', widths: [6, 3] });
  });

  it('outputs stay', async () => {
    expect(await stateOf('sequential')).toMatchObject({
      widths: [10, 10],
      reason: 'it is the output of the model',
    });
  });
});
