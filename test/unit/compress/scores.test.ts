import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/errors';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { calibrate } from '../../../src/engine/compress/prune/calibrate';
import { importanceScores, type ScoreName } from '../../../src/engine/compress/prune/scores';
import type { Dataset } from '../../../src/engine/dataset/open-data';
import { examplesOf } from '../dataset/examples-of';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

/** Images of two pixels, 2 and 1, 0 and 3, of classes 0 and 1: small enough for gradients by hand. */
async function twoPixels(): Promise<Dataset> {
  const images = examplesOf({
    values: Uint8Array.of(2, 1, 0, 3),
    labels: Int32Array.of(0, 1),
    shape: [1, 2, 1],
    lookup: Float32Array.from({ length: 256 }, (_, byte) => byte),
  });
  const data = await tinyDataset();
  return { ...data, info: { ...data.info, classNames: ['a', 'b'] }, split: () => images };
}

const X = [
  [2, 1],
  [0, 3],
];
const KERNEL = [0.5, -1, 0.25, 2];

/** Logits = x K, with K = [[0.5, -1], [0.25, 2]]. */
function twoByTwo(): ModelContent {
  const model = layers.sequential({
    layers: [
      layers.layers.flatten({ inputShape: [1, 2, 1] }),
      layers.layers.dense({ name: 'out', units: 2, useBias: false }),
    ],
  });
  model.setWeights([tf.tensor2d(KERNEL, [2, 2])]);
  const content = fromLayersModel(model);
  model.dispose();
  return content;
}

/** The gradient of the mean cross-entropy by each weight: the mean over images of x (softmax - label). */
function gradient(): number[] {
  const found = [0, 0, 0, 0];
  X.forEach((x, label) => {
    const logits = [0, 1].map((j) => x[0]! * KERNEL[j]! + x[1]! * KERNEL[2 + j]!);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    for (const i of [0, 1])
      for (const j of [0, 1]) found[2 * i + j]! += (x[i]! * (Math.exp(logits[j]!) / total - (j === label ? 1 : 0))) / 2;
  });
  return found;
}

async function scores(score: ScoreName, samples = 2): Promise<number[]> {
  const content = twoByTwo();
  const statistics = await calibrate(content, { score, samples }, await twoPixels(), { seed: 0 });
  const { tensor, data } = { tensor: content.tensors.get('out/kernel')!, data: Float32Array.from(KERNEL) };
  const input = { tensor: { ...tensor, data }, seed: 0, statistics: statistics!.get('out/kernel')! };
  return [...importanceScores[score].score(input)];
}

const expectClose = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
};

describe('scores that need data, by hand', () => {
  it('taylor is the square of weight times gradient', async () => {
    expectClose(
      await scores('taylor'),
      gradient().map((g, i) => (KERNEL[i]! * g) ** 2),
    );
  });

  it('movement is minus weight times gradient of the steps, counted from the smallest', async () => {
    const moved = gradient().map((g, i) => -KERNEL[i]! * g);
    const least = Math.min(0, ...moved);
    expectClose(
      await scores('movement'),
      moved.map((value) => value - least),
    );
  });

  it('wanda is |weight| times the norm of its input, as a share of the tensor', async () => {
    // Norms of the inputs: 2 = |(2, 0)| and sqrt 10 = |(1, 3)|.
    const changes = [0.5 * 2, 1 * 2, 0.25 * Math.sqrt(10), 2 * Math.sqrt(10)];
    const norm = Math.hypot(...changes);
    expectClose(
      await scores('wanda'),
      changes.map((change) => change / norm),
    );
  });

  it('obc is the error of the output over those that are no smaller', async () => {
    const errors = [1, 4, 0.625, 40];
    expectClose(await scores('obc'), [1 / 45, 4 / 44, 0.625 / 45.625, 1]);
    expect(errors.reduce((sum, error) => sum + error, 0)).toBe(45.625);
  });

  it('looks at so many images, chosen by the seed', async () => {
    const alone = await scores('wanda', 1);
    expect(alone).not.toEqual(await scores('wanda', 2));
    expect(alone).toEqual(await scores('wanda', 1));
  });
});

describe('calibration', () => {
  const options = { seed: 0 };
  const content = (): ModelContent => {
    const model = tinyNetwork(1, { noise: true });
    try {
      return fromLayersModel(model);
    } finally {
      model.dispose();
    }
  };

  it.each(['taylor', 'movement', 'wanda', 'obc'] as const)('%s leaves model and memory as they were', async (score) => {
    const [model, data] = [content(), await tinyDataset()];
    const before = structuredClone([...model.tensors.values()].map(({ data: weights }) => weights));
    const tensors = tf.memory().numTensors;
    const told: string[] = [];
    const statistics = await calibrate(model, { score, samples: 200 }, data, {
      ...options,
      onProgress: ({ stage, done }) => told.push(`${stage} ${done}`),
    });
    expect([...statistics!.keys()]).toEqual(['conv/kernel', 'out/kernel']);
    expect(told.at(-1)).toBe(`computing ${score} scores 200`);
    expect([...model.tensors.values()].map(({ data: weights }) => weights)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    const again = await calibrate(model, { score, samples: 200 }, data, options);
    expect(again).toEqual(statistics);
    const abort = new AbortController();
    const stopped = calibrate(model, { score, samples: 200 }, data, {
      ...options,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    abort.abort();
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('needs none for scores of weights alone', async () => {
    expect(await calibrate(content(), { score: 'lamp', samples: 5 }, await tinyDataset(), options)).toBeUndefined();
  });
});
