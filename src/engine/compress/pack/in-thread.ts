import { Worker } from 'node:worker_threads';
import { CancelledError } from '../../../protocol/errors';
import type { ModelContent } from '../../checkpoint/types';
import { threadProgram } from '../../thread-program';
import { measurePacked, type MeasuredPacking } from './measured';
import { PackingReply } from './packing-messages';

/**
 * Measures a model in a packed file in a thread, so that this one answers meanwhile; in sources, without a thread.
 * @throws CancelledError
 */
export async function measuredInThread(model: ModelContent, signal?: AbortSignal): Promise<MeasuredPacking> {
  signal?.throwIfAborted();
  const program = threadProgram('packing');
  return program === undefined ? measurePacked(model) : inThread(program, model, signal);
}

function inThread(program: string, model: ModelContent, signal?: AbortSignal): Promise<MeasuredPacking> {
  const worker = new Worker(program, { workerData: model, execArgv: [], env: {} });
  const done = new AbortController();
  return new Promise<MeasuredPacking>((resolve, reject) => {
    const cancel = (): void => reject(new CancelledError());
    if (signal?.aborted) cancel();
    // An advice packs many models under one signal.
    signal?.addEventListener('abort', cancel, { signal: done.signal });
    worker.on('message', (message: unknown) => {
      const reply = PackingReply.safeParse(message);
      if (reply.success) resolve(reply.data);
      else reject(reply.error);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`The thread that packs ended with code ${code}.`)));
  }).finally(() => {
    done.abort();
    void worker.terminate();
  });
}
