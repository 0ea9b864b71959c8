/** Trains and evaluates each common network once and prints which kernels ran on the cpu backend, as JSON. */
import { backendStats, disposeBackend, installBackend } from '../../../src/engine/backend/index';
import { tf } from '../../../src/engine/backend/tf';
import { examples, lossOf, type Network, networks } from '../../networks';
import type { FallbackCount } from './main';

const BATCH = 4;

async function count(network: Network): Promise<FallbackCount[]> {
  await installBackend({ threads: 2 });
  const net = network.build();
  net.compile({ optimizer: tf.train.adam(1e-3), loss: lossOf(network) });
  const { x, y } = examples(network, BATCH);
  const calls = (): Record<string, number> => ({ ...backendStats().fallbacks });
  const before = calls();
  await net.trainOnBatch(x, y);
  const trained = calls();
  tf.dispose(net.evaluate(x, y, { batchSize: BATCH }));
  const evaluated = calls();
  disposeBackend();
  return [
    { what: `${network.name}, training step`, calls: difference(before, trained) },
    { what: `${network.name}, evaluation`, calls: difference(trained, evaluated) },
  ];
}

function difference(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const added = Object.entries(after).map(([name, calls]) => [name, calls - (before[name] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, calls]) => calls > 0));
}

async function main(): Promise<void> {
  const counts: FallbackCount[] = [];
  for (const network of networks) counts.push(...(await count(network)));
  console.log(JSON.stringify(counts));
}

void main();
