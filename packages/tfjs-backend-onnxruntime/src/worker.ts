/** The program of the worker threads, in a bundle of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve, type WorkerStart } from './parallel/worker-program';

serve(workerData as WorkerStart, () => parentPort?.postMessage('ready'));
