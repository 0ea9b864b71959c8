/** The program of a thread that packs a model to measure it, in a bundle of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { measurePacked } from './measured';
import { PackingOrder } from './packing-messages';

parentPort?.postMessage(measurePacked(PackingOrder.parse(workerData)));
