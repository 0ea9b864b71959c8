/**
 * Trains and evaluates each common network and each layer of tfjs-layers once, and prints the kernels that ran on the
 * cpu backend as JSON.
 */
import { backendStats, disposeBackend, installBackend } from '../../../src/index';
import { type layers, tf } from '../../../testing/tf';
import { examples, lossOf, networks } from '../../../testing/networks';
import { buildLayerNetwork, layerExamples, layerNetworks } from '../../../testing/networks/layers';
import type { FallbackCount } from './main';

const BATCH = 4;

interface Counted {
  readonly name: string;
  readonly net: layers.LayersModel;
  readonly loss: Parameters<layers.LayersModel['compile']>[0]['loss'];
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
}

async function count(make: () => Counted): Promise<FallbackCount[]> {
  await installBackend({ threads: 2 });
  const { name, net, loss, x, y } = make();
  net.compile({ optimizer: tf.train.adam(1e-3), loss });
  const calls = (): Record<string, number> => ({ ...backendStats().fallbacks });
  const before = calls();
  await net.trainOnBatch(x, y);
  const trained = calls();
  tf.dispose(net.evaluate(x, y, { batchSize: BATCH }));
  const evaluated = calls();
  disposeBackend();
  return [
    { what: `${name}, training step`, calls: difference(before, trained) },
    { what: `${name}, evaluation`, calls: difference(trained, evaluated) },
  ];
}

function difference(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const added = Object.entries(after).map(([name, calls]) => [name, calls - (before[name] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, calls]) => calls > 0));
}

/** Merges every second count into one, with the name of its work. */
function merged(what: string, counts: readonly FallbackCount[], parity: 0 | 1): FallbackCount {
  const calls = counts
    .filter((_, i) => i % 2 === parity)
    .flatMap((counted) => Object.entries(counted.calls).map(([name, times]) => [`${name} (${counted.what})`, times]));
  return { what, calls: Object.fromEntries(calls) as Record<string, number> };
}

async function main(): Promise<void> {
  const counts: FallbackCount[] = [];
  for (const network of networks)
    counts.push(
      ...(await count(() => {
        const { name } = network;
        return { name, net: network.build(), loss: lossOf(network), ...examples(network, BATCH) };
      })),
    );
  // One line for all layers: there are a hundred of them.
  const ofLayers: FallbackCount[] = [];
  for (const network of layerNetworks)
    ofLayers.push(
      ...(await count(() => {
        const net = buildLayerNetwork(network);
        return { name: network.name, net, loss: 'meanSquaredError', ...layerExamples(network, BATCH) };
      })),
    );
  counts.push(
    merged('each layer alone, training step', ofLayers, 0),
    merged('each layer alone, evaluation', ofLayers, 1),
  );
  console.log(JSON.stringify(counts));
}

void main();
