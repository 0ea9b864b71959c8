import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/engine/dataset/random';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { trainableOf } from '../../../src/engine/model/network';
import { Adam } from '../../../src/engine/train/adam';
import { Steps } from '../../../src/engine/train/step';
import { teacherOf } from '../../../src/engine/train/teacher';
import { CancelledError } from '../../../src/protocol/errors';
import { tf, tinyDataset, tinyNetwork, weightsOf } from './tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('a teacher', () => {
  it('answers softened probabilities of each image, whatever the order, from memory or asked anew', async () => {
    const images = (await tinyDataset()).split('train');
    const tasked = withTask(networkOf(tinyNetwork(7)), images);
    const batch = images.shuffled(new Random(1)).batch(40, 20);
    const expected = tf.tidy(() => tf.softmax(tf.div(tasked.scores(batch), 3)).dataSync());
    for (const cacheBytes of [undefined, 10]) {
      const teacher = await teacherOf(tasked, images, { temperature: 3, cacheBytes });
      const [answers] = await teacher.answers(batch);
      expect(answers).toHaveLength(60);
      answers!.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5);
      });
    }
  });

  it('is not waited for when the run is cancelled, and refused when its outputs are not finite', async () => {
    const images = (await tinyDataset()).split('train');
    const model = tinyNetwork(7);
    const signal = AbortSignal.abort();
    const tasked = withTask(networkOf(model), images);
    await expect(teacherOf(tasked, images, { temperature: 1, signal })).rejects.toThrow(CancelledError);
    model.weights.at(-1)!.write(tf.tensor1d([NaN, 0, 0]));
    await expect(teacherOf(tasked, images, { temperature: 1 })).rejects.toThrow(
      /outputs of the teacher are NaN or infinite/,
    );
  });
});

describe('a step of distillation', () => {
  async function stepped(alpha: number, temperature: number): Promise<number[][]> {
    const images = (await tinyDataset()).split('train');
    const student = tinyNetwork(1);
    const network = networkOf(student);
    const weights = trainableOf(network);
    const tasked = withTask(network, images);
    const adam = new Adam(weights, { masks: new Map() });
    const teacher = await teacherOf(withTask(networkOf(tinyNetwork(3)), images), images, { temperature });
    const distillation = { teacher, temperature, alpha };
    await new Steps({ tasked, weights, adam, seeds: [1], distillation }).take(images.batch(0, 20), 0.01, 0);
    return weightsOf(student);
  }

  it('with alpha 0 is one on the labels alone, with alpha 1 does not hear them', async () => {
    const images = (await tinyDataset()).split('train');
    const student = tinyNetwork(1);
    const network = networkOf(student);
    const weights = trainableOf(network);
    const adam = new Adam(weights, { masks: new Map() });
    const tasked = withTask(network, images);
    await new Steps({ tasked, weights, adam, seeds: [1] }).take(images.batch(0, 20), 0.01, 0);
    const plain = weightsOf(student);
    (await stepped(0, 4)).flat().forEach((value, i) => {
      expect(value).toBeCloseTo(plain.flat()[i]!, 5);
    });
    expect(await stepped(1, 4)).not.toEqual(plain);
  });

  it('has the gradient of alpha T^2 KL(teacher || student) + (1 - alpha) cross-entropy', async () => {
    const images = (await tinyDataset()).split('train');
    const [alpha, temperature] = [0.7, 2.5];
    const batch = images.batch(0, 20);
    const teaching = withTask(networkOf(tinyNetwork(3)), images);
    const student = tinyNetwork(1);
    const network = networkOf(student);
    const weights = trainableOf(network);
    const tasked = withTask(network, images);
    // Written out by the definition, from the logits up.
    const { grads } = tf.variableGrads(
      () => {
        const z = tasked.scores(batch, { training: true, draws: [] });
        const p = tf.softmax(tf.div(teaching.scores(batch), temperature));
        const q = tf.logSoftmax(tf.div(z, temperature));
        const divergence = tf.mean(tf.sum(tf.mul(p, tf.sub(tf.log(p), q)), 1));
        const rows = tf.oneHot(tf.tensor1d([...batch.labels], 'int32'), 3);
        const labelled = tf.neg(tf.mean(tf.sum(tf.mul(rows, tf.logSoftmax(z)), 1)));
        return tf.add(tf.mul(divergence, alpha * temperature ** 2), tf.mul(labelled, 1 - alpha)).asScalar();
      },
      weights.map(({ variable }) => variable),
    );
    const seen: Record<string, Float32Array> = {};
    const adam = new Adam(weights, { masks: new Map() });
    adam.apply = (found) => {
      for (const [name, gradient] of Object.entries(found)) seen[name] = gradient.dataSync<'float32'>().slice();
    };
    const teacher = await teacherOf(teaching, images, { temperature });
    const distillation = { teacher, temperature, alpha };
    await new Steps({ tasked, weights, adam, seeds: [1], distillation }).take(batch, 0.01, 0);
    for (const [name, gradient] of Object.entries(grads))
      gradient.dataSync().forEach((value, i) => {
        expect(seen[name]![i]).toBeCloseTo(value, 5);
      });
  });
});
