// usage: npm run bench [-- --threads N] [--data DIR]
//        npm run bench -- --peers [--python PROGRAM] [--tfjs-node DIR] [--networks NAME,...] [--threads N,...] [--data DIR]
//        npm run bench -- --fit [--tfjs-node DIR] [--threads N]
//        npm run bench -- --fallbacks
//        npm run bench -- --memory
// Prints each figure beside its target, and fails when one is missed. DIR has the four files of Fashion-MNIST.
// Without options: the overhead of the backend besides the arithmetic.
// With --peers: training and evaluation of common networks beside PyTorch and tfjs-node, with one and two threads.
// With --fit: `fit` and `predict` of tfjs-layers beside plain tfjs and tfjs-node.
// With --fallbacks: kernels of common networks that run on the slow cpu backend.
// With --memory: memory that thousands of training steps and hundreds of models leave behind.
import { parseArgs } from 'node:util';
import type { BenchLine } from '../../testing/bench-line';
import { runMain } from '../tools/run-main';
import { formatTable } from '../../testing/table';
import { benchFallbacks } from './fallbacks/main';
import { benchFit } from './fit/main';
import { benchLongLife } from './long-life/main';
import { benchOverhead } from './overhead/main';
import { benchPeers } from './peers/main';

/** The folder of Debian's package `dataset-fashion-mnist`. */
const FASHION_MNIST = '/usr/share/datasets/fashion-mnist';

runMain(async () => {
  const { values } = parseArgs({
    options: {
      fit: { type: 'boolean', default: false },
      fallbacks: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      python: { type: 'string', default: 'python3' },
      'tfjs-node': { type: 'string' },
      networks: { type: 'string', default: '' },
      threads: { type: 'string' },
      data: { type: 'string', default: FASHION_MNIST },
    },
  });
  const { data, python, 'tfjs-node': tensorflowNode } = values;
  let lines: BenchLine[];
  if (values.fallbacks) lines = await benchFallbacks();
  else if (values.fit) lines = await benchFit(Number(values.threads ?? '2'), tensorflowNode);
  else if (values.memory) lines = await benchLongLife();
  else if (values.peers) {
    const networks = values.networks.split(',').filter((name) => name !== '');
    const threads = (values.threads ?? '1,2').split(',').map(Number);
    lines = await benchPeers({ python, tensorflowNode, data, networks, threads });
  } else lines = await benchOverhead(data, Number(values.threads ?? '2'));
  console.log(`\n${formatTable(['what', 'target', 'value', ''], lines.map(cells))}`);
  if (lines.some(({ met }) => !met)) process.exitCode = 1;
});

function cells({ what, target, value, unit, met }: BenchLine): string[] {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return [what, target, `${value.toFixed(digits)} ${unit}`.trimEnd(), target === '' ? '' : met ? 'MET' : 'MISSED'];
}
