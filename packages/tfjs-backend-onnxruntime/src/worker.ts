/** The program of the threads among which batches are divided, in a bundle of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve, type WorkerStart } from './parallel/worker-program';

serve(workerData as WorkerStart, () => parentPort?.postMessage('ready'));
