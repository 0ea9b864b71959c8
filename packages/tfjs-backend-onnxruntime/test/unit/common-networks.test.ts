import { afterAll, beforeAll, expect, test } from 'vitest';
import { backendStats, disposeBackend, installBackend } from '../../src/index';
import { tf } from '../../testing/tf';
import { examples, lossOf, networks } from '../../testing/networks';

const BATCH = 4;

beforeAll(async () => {
  await installBackend({ threads: 2, onFallback: 'throw' });
});
afterAll(disposeBackend);

test.each(networks.map((network) => [network.name, network] as const))(
  '%s trains and evaluates with native kernels only',
  async (_, network) => {
    const net = network.build();
    net.compile({ optimizer: tf.train.adam(1e-3), loss: lossOf(network) });
    const { x, y } = examples(network, BATCH);
    const losses = [];
    for (let step = 0; step < 3; step++) losses.push(Number(await net.trainOnBatch(x, y)));
    expect(losses.every((loss) => Number.isFinite(loss))).toBe(true);
    expect(Math.min(...losses)).toBeLessThan(losses[0]!);
    const evaluated = net.evaluate(x, y, { batchSize: BATCH }) as tf.Scalar;
    const predicted = net.predict(x) as tf.Tensor;
    expect(Number.isFinite(evaluated.dataSync()[0])).toBe(true);
    expect(predicted.dataSync().every((value) => Number.isFinite(value))).toBe(true);
    expect(backendStats().fallbacks).toEqual({});
    tf.dispose([x, y, evaluated, predicted]);
    net.dispose();
  },
);
