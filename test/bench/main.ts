// usage: npm run bench [-- --prototype DIR] [--threads N] [--data DIR]
//        npm run bench -- --peers [--python PROGRAM] [--tfjs-node DIR] [--networks NAME,...] [--threads N,...] [--data DIR]
//        npm run bench -- --fallbacks
//        npm run bench -- --memory
//        npm run bench -- --engine [--threads N] [--data DIR]
// Measures each figure that is a speed or a size, prints it beside its target, and fails when one is missed.
// With --engine: only what the engine's backend costs beside the arithmetic, and the time of a sensitivity scan; both are part of the whole run too.
// With --memory: what thousands of training steps and hundreds of models leave behind.
// With --fallbacks: which kernels of common networks run on the slow cpu backend.
// With --peers: training and evaluation of common networks beside PyTorch and tfjs-node, with one and two threads.
import { parseArgs } from 'node:util';
import { ensureDebian } from '../../scripts/setup/debian';
import { runMain } from '../../scripts/setup/runMain';
import { formatTable } from '../../scripts/setup/table';
import { packVsix } from '../../scripts/setup/vsix';
import { benchBackend } from './backend-bench';
import { benchEditor } from './editor';
import { benchEngine } from './engine/main';
import { benchFallbacks } from './fallbacks/main';
import type { BenchLine } from './line';
import { benchLongLife } from './long-life/main';
import { benchMemory } from './memory';
import { benchPeers } from './peers/main';
import { benchScan } from './scan';
import { benchSizes } from './sizes';

runMain(async () => {
  const { values } = parseArgs({
    options: {
      prototype: { type: 'string' },
      fallbacks: { type: 'boolean', default: false },
      engine: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      python: { type: 'string', default: 'python3' },
      'tfjs-node': { type: 'string' },
      networks: { type: 'string', default: '' },
      threads: { type: 'string' },
      data: { type: 'string' },
    },
  });
  const findData = async () => values.data ?? ensureDebian('dataset-fashion-mnist');
  const lines: BenchLine[] = [];
  const add = (more: BenchLine[]) => {
    for (const line of more) console.log(describe(line));
    lines.push(...more);
  };
  if (values.fallbacks) {
    add(await benchFallbacks());
  } else if (values.memory) {
    add(await benchLongLife());
  } else if (values.engine) {
    const [data, threads] = [await findData(), Number(values.threads ?? '2')];
    add(await benchEngine(data, threads));
    add(await benchScan(data, threads));
  } else if (values.peers) {
    const data = await findData();
    const networks = values.networks.split(',').filter((name) => name !== '');
    const threads = (values.threads ?? '1,2').split(',').map(Number);
    add(await benchPeers({ python: values.python, tensorflowNode: values['tfjs-node'], data, networks, threads }));
  } else {
    const data = await findData();
    const threads = Number(values.threads ?? '2');
    const vsix = await packVsix();
    add(await benchSizes(vsix));
    add(await benchEditor(vsix));
    add(await benchMemory(data));
    add(await benchEngine(data, threads));
    add(await benchScan(data, threads));
    if (values.prototype !== undefined) add(await benchBackend({ prototype: values.prototype, data, threads }));
  }
  console.log(`\n${formatTable(['what', 'target', 'value', ''], lines.map(cells))}`);
  if (lines.some(({ met }) => !met)) process.exitCode = 1;
});

function cells({ what, target, value, unit, met }: BenchLine): string[] {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return [what, target, `${value.toFixed(digits)} ${unit}`.trimEnd(), target === '' ? '' : met ? 'MET' : 'MISSED'];
}

const describe = (line: BenchLine): string =>
  cells(line)
    .filter((cell) => cell !== '')
    .join('  ');
