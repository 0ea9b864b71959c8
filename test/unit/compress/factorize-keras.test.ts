import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { factorizeLayers } from '../../../src/engine/compress/factorize/factorize';
import { INFERENCE } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { FactorizeStep } from '../../../src/protocol/steps/factorize';
import { registerBlocks, stock } from '../random-networks';

beforeAll(registerBlocks);

const SHAPE = [2, 28, 28, 1];

/** The kernel that three layers compute together: a sum over the channels between them. */
function together(model: ModelContent, layer: string, [rows, across, inputs, outputs]: readonly number[]) {
  const part = (name: string) => model.tensors.get(`${layer}_${name}`)!;
  const [first, windows, last] = [part('in/kernel'), part('depthwise/depthwise_kernel'), part('out/kernel')];
  const rank = first.shape.at(-1)!;
  expect([first.shape, windows.shape, last.shape]).toEqual([
    [1, 1, inputs, rank],
    [rows, across, rank, 1],
    [1, 1, rank, outputs],
  ]);
  return Float32Array.from({ length: rows! * across! * inputs! * outputs! }, (_, at) => {
    const [place, input, output] = [Math.floor(at / outputs! / inputs!), Math.floor(at / outputs!) % inputs!, at % outputs!]; // prettier-ignore
    let sum = 0;
    for (let r = 0; r < rank; r++)
      sum += windows.data[place * rank + r]! * first.data[input * rank + r]! * last.data[r * outputs! + output]!;
    return sum;
  });
}

const square = (values: Float32Array): number => values.reduce((sum, one) => sum + one * one, 0);

async function answers(model: ModelContent): Promise<ArrayLike<number>> {
  const network = await toNetwork(model);
  const size = SHAPE.reduce((all, one) => all * one, 1);
  const out = tf.tidy(() =>
    network
      .forward([tf.tensor(numbers(size, 5), SHAPE)], INFERENCE)[0]!
      .dataSync()
      .slice(),
  );
  network.dispose();
  return out;
}

/** Layers with their rank, and the positions of their inputs and outputs. */
type Layers = Readonly<Record<string, { rank: number; inputs: number; outputs: number }>>;

const EXPORTS: readonly (readonly [folder: string, layers: Layers])[] = [
  [
    'keras/residual',
    { conv2d_3: { rank: 6, inputs: 14 * 14, outputs: 7 * 7 }, conv2d_4: { rank: 10, inputs: 7 * 7, outputs: 7 * 7 } },
  ],
  ['cases/k3-res', { conv2d_1: { rank: 3, inputs: 28 * 28, outputs: 28 * 28 } }],
];

describe('factorizing an export of Keras by cp', () => {
  it.each(EXPORTS)('saves what the plan says, and loses what it says: %s', async (folder, layers) => {
    const model = await readCheckpoint(path.join(import.meta.dirname, '../../fixtures', folder, 'model.json'));
    const ranks = Object.fromEntries(Object.entries(layers).map(([name, { rank }]) => [name, rank]));
    const step = FactorizeStep.parse({ step: 'factorize', ranks, scheme: 'cp' });
    const done = await factorizeLayers(model, step, null, { seed: 0 });
    const tensors = new Map(model.tensors);
    let [params, macs] = [0, 0];
    for (const [name, { rank, inputs, outputs }] of Object.entries(layers)) {
      const kernel = model.tensors.get(`${name}/kernel`)!;
      const [rows, across, before, after] = kernel.shape as [number, number, number, number];
      const data = together(done.model, name, kernel.shape);
      tensors.set(kernel.name, { ...kernel, data });
      params += rows * across * before * after - rank * (rows * across + before + after);
      macs += rows * across * before * after * outputs - rank * (before * inputs + (rows * across + after) * outputs);
      const layer = done.layers.find((one) => one.name === name)!;
      expect(layer).toMatchObject({ state: 'replaced', scheme: 'cp', ranks: [rank] });
      const lost = square(data.map((one, i) => one - kernel.data[i]!)) / square(Float32Array.from(kernel.data));
      expect(layer.outputError!).toBeCloseTo(Math.sqrt(lost), 4);
      // It comes nearer than nothing, and the rank is no full one.
      expect(lost).toBeGreaterThan(0.001);
      expect(lost).toBeLessThan(0.8);
    }
    const { before, after } = done.totals;
    expect([before.params - after.params, before.macs! - after.macs!]).toEqual([params, macs]);
    const whole = { ...model, tensors };
    const near = (got: ArrayLike<number>, expected: ArrayLike<number>) =>
      Array.from(expected).forEach((one, i) => expect(got[i]).toBeCloseTo(one, 4));
    near(await answers(done.model), await answers(whole));
    // Stock TensorFlow.js reads what Keras 2 writes.
    if (folder.startsWith('keras/')) near((await stock(done.model, SHAPE)).outputs[0]!, await answers(whole));
  });
});
