import { afterEach, expect, test } from 'vitest';
import { backendStats, disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { trainModel, type MaskUpdate } from '../../../src/engine/train/loop';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { tf, tinyDataset, tinyNetwork } from './tiny';

afterEach(disposeBackend);

/** Cuts the smallest share of each weight's values. */
function cut(values: ReadonlyMap<string, Float32Array>, sparsity: number): Promise<MaskUpdate> {
  const masks = new Map(
    [...values].map(([name, data]) => {
      const order = [...data.keys()].sort((a, b) => Math.abs(data[a]!) - Math.abs(data[b]!));
      const mask = new Uint8Array(data.length).fill(1);
      for (const i of order.slice(0, Math.round(sparsity * data.length))) mask[i] = 0;
      return [name, mask] as const;
    }),
  );
  return Promise.resolve({ masks, sparsity });
}

test.each([undefined, new Set(['conv/kernel', 'out/kernel'])])(
  'changing masks compiles no graph anew after the first change, and leaves no tensor behind: regrown %o',
  async (regrown) => {
    await installBackend({ threads: 1 });
    const model = tinyNetwork(1);
    const compiles: number[] = [];
    const tensors: number[] = [];
    await trainModel({
      network: networkOf(model),
      data: await tinyDataset(),
      epochs: 3,
      batchSize: 20,
      learningRate: 0.01,
      schedule: 'constant',
      seeds: [1],
      stage: 'training',
      masks: new Map([
        ['conv/kernel', new Uint8Array(36).fill(1)],
        ['out/kernel', new Uint8Array(192).fill(1)],
      ]),
      gradual: {
        schedule: () => ({ begin: 0, end: 33, frequency: 2, initial: 0, final: 0.8 }),
        mask: cut,
        ...(regrown ? { regrown } : {}),
      },
      onMask: () => {
        compiles.push(backendStats().compiles);
        tensors.push(tf.memory().numTensors);
      },
      onEpoch: () => Promise.resolve(),
    });
    expect(compiles).toHaveLength(17);
    // The evaluation at the end of the first epoch has a graph of its own.
    expect(new Set(compiles.slice(7)).size).toBe(1);
    expect(compiles.at(-1)! - compiles[1]!).toBeLessThanOrEqual(2);
    expect(new Set(tensors).size).toBe(1);
    model.dispose();
  },
);
