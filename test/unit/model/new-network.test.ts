import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it, test } from 'vitest';
import { readArchitecture } from '../../../src/engine/checkpoint/architecture-file';
import { newNetwork } from '../../../src/engine/model/architectures';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';

beforeAll(() => tf.setBackend('cpu'));

const file = path.join(import.meta.dirname, '../../fixtures/keras/architecture/own.json');
const valuesOf = async (seed: number) =>
  new Map([...(await made(seed)).tensors].map(([name, { data }]) => [name, [...data]]));
const made = async (seed: number) => newNetwork((await readArchitecture(file)).topology, seed);

it('a description of Keras becomes a network whose weights begin as it says', async () => {
  const values = await valuesOf(1);
  // 562 parameters, as Keras counts them.
  expect([...values.values()].reduce((sum, { length }) => sum + length, 0)).toBe(562);
  const std = (numbers: number[]) => Math.hypot(...numbers) / Math.sqrt(numbers.length);
  expect(std(values.get('conv/kernel')!)).toBeCloseTo(Math.sqrt(2 / 9), 0);
  expect(std(values.get('sep/depthwise_kernel')!)).toBeGreaterThan(0.1);
  expect(values.get('out/bias')).toEqual(Array.from({ length: 10 }, () => 0.25));
  expect(values.get('bn/gamma')).toEqual([1, 1, 1, 1]);
  // The forget gate of an LSTM begins open.
  expect(values.get('lstm/bias')).toEqual(Array.from({ length: 24 }, (_, i) => (i >= 6 && i < 12 ? 1 : 0)));
});

it('the seed alone decides them', async () => {
  const [one, again, two] = [await valuesOf(1), await valuesOf(1), await valuesOf(2)];
  expect(again).toEqual(one);
  for (const name of ['conv/kernel', 'lstm/kernel', 'lstm/recurrent_kernel', 'sep/pointwise_kernel', 'out/kernel'])
    expect(two.get(name)).not.toEqual(one.get(name));
});

it('the network runs', async () => {
  const network = await toNetwork(await made(3));
  const sums = tf.tidy(() => {
    const [output] = network.forward([tf.ones([2, 28, 28, 1])], { training: false });
    return [...output!.sum(1).dataSync()];
  });
  expect(sums[0]).toBeCloseTo(1, 5);
  network.dispose();
});

test('an initializer that is not known is named', async () => {
  const text = readFileSync(file, 'utf8').replaceAll('HeNormal', 'Fractal');
  await expect(newNetwork(JSON.parse(text) as Record<string, unknown>, 1)).rejects.toThrow(
    'The weight "conv/kernel" of the architecture begins by the initializer "Fractal"',
  );
});
