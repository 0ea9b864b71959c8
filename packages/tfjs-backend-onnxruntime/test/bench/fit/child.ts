/**
 * Measures `fit` and `predict` of tfjs-layers on one backend. Arguments: `onnxruntime`, `cpu` or the folder of
 * tfjs-node; threads; name of a network; examples in a batch, or 0 for the usual number; milliseconds for each job.
 * Prints `FitFigures` as one line of JSON.
 */
import { installBackend } from '../../../src/index';
import { examples, lossOf, networkNamed } from '../../../testing/networks';
import { tf } from '../../../testing/tf';
import { useTensorflowNode } from '../peers/tensorflow-node';
import type { FitFigures } from './figures';

async function start(backend: string, threads: number): Promise<void> {
  if (backend === 'cpu') await tf.setBackend('cpu');
  else if (backend === 'onnxruntime') await installBackend({ threads });
  else await useTensorflowNode(backend, threads);
}

/** Number of warm-up calls. Plain tfjs compiles nothing and takes seconds for a call. */
const warmUps = (backend: string): number => (backend === 'cpu' ? 1 : 5);

/**
 * Calls a function for some time, at least once after the warm-up, and returns the milliseconds of the fastest call.
 */
async function fastest(warmUps: number, milliseconds: number, call: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < warmUps; i++) await call();
  let best = Infinity;
  const end = performance.now() + milliseconds;
  do {
    const begin = performance.now();
    await call();
    best = Math.min(best, performance.now() - begin);
  } while (performance.now() < end);
  return best;
}

async function main([
  backend = '',
  threads = '',
  name = '',
  count = '',
  milliseconds = '',
]: readonly string[]): Promise<void> {
  await start(backend, Number(threads));
  const network = networkNamed(name);
  const model = network.build();
  model.compile({ optimizer: tf.train.adam(1e-3), loss: lossOf(network) });
  const batch = Number(count) || network.batch;
  const { x, y } = examples(network, batch);
  const options = { batchSize: batch, epochs: 1, verbose: 0 };
  const trainMs = await fastest(warmUps(backend), Number(milliseconds), () => model.fit(x, y, options));
  const predictMs = await fastest(warmUps(backend), Number(milliseconds), async () => {
    const result = model.predict(x, { batchSize: batch }) as tf.Tensor;
    await result.data();
    result.dispose();
  });
  const figures: FitFigures = { batch, trainMs, predictMs };
  console.log(JSON.stringify(figures));
}

void main(process.argv.slice(2));
