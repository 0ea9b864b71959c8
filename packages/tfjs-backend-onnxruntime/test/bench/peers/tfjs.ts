/**
 * TensorFlow.js as a contender: on our backend, or on tfjs-node. Arguments: threads, and the folder of tfjs-node. Reads
 * orders from stdin, as described in `orders.ts`.
 */
import { createInterface } from 'node:readline';
import { backendStats, installBackend } from '../../../src/index';
import type { Order } from './orders';
import { describeNetworks } from './describe';
import { timeProducts } from './peak';
import { useTensorflowNode } from './tensorflow-node';
import { Workload } from './workload';

const threads = Number(process.argv[2]);
const folder = process.argv[3];
let version = '';
let workload: Workload | undefined;

async function start(): Promise<void> {
  if (folder === undefined) {
    // Graphs for four evaluation batches would evict that of training; evictions are not part of the measurement.
    version = (await installBackend({ threads, maxSessionBytes: 2 ** 34 })).version;
    return;
  }
  version = await useTensorflowNode(folder, threads);
}

async function answer(order: Order): Promise<object> {
  switch (order.task) {
    case 'describe':
      return { version, networks: describeNetworks() };
    case 'prepare':
      workload?.dispose();
      workload = new Workload(order.network, order.examples);
      return { parameters: workload.parameters, chosen: `evaluation at ${await workload.warmUp()}${fallbacks()}` };
    case 'train':
      return current().train(order.milliseconds);
    case 'evaluate':
      return current().evaluate(order.milliseconds);
    case 'peak':
      return timeProducts(threads, order.milliseconds);
  }
}

function current(): Workload {
  if (workload === undefined) throw new Error('No network is prepared.');
  return workload;
}

function fallbacks(): string {
  const names = folder === undefined ? Object.keys(backendStats().fallbacks) : [];
  return names.length === 0 ? '' : `; cpu kernels so far: ${names.join(', ')}`;
}

async function serve(): Promise<void> {
  await start();
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line) as Order)));
  }
}

void serve();
