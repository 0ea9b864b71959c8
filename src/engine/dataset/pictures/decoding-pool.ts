import { Worker } from 'node:worker_threads';
import { UserError } from '../../../protocol/errors';
import type { Decoder } from './decoder';
import { DecodingReply, type DecodingOrder } from './decoding-messages';
import type { Form } from './form';
import type { Picture } from './picture';

/** Pictures that a thread has at a time: it decodes one while the next one comes. */
const EACH = 2;

interface Waiting {
  readonly resolve: (pixels: Uint8Array) => void;
  readonly reject: (reason: Error) => void;
}

interface DecodingThread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** Threads that decode pictures. Each picture goes to the thread with the fewest. */
export class DecodingPool implements Decoder {
  readonly atOnce: number;
  readonly #threads: readonly DecodingThread[];
  #orders = 0;
  #ended: Error | undefined;

  /**
   * @param program the bundle of `decoding-thread.ts`
   * @param count number of threads
   */
  constructor(program: string, count: number) {
    this.atOnce = EACH * count;
    this.#threads = Array.from({ length: count }, () => {
      const worker = new Worker(program, { execArgv: [], env: {} });
      const waiting = new Map<number, Waiting>();
      worker.on('message', (message: unknown) => {
        const reply = DecodingReply.parse(message);
        const its = waiting.get(reply.id);
        waiting.delete(reply.id);
        if (reply.kind === 'pixels') its?.resolve(reply.pixels);
        else its?.reject(reply.kind === 'refused' ? new UserError(reply.sentence) : new Error(reply.message));
      });
      worker.on('error', (error) => this.#fail(error));
      worker.on('exit', (code) => this.#fail(new Error(`A thread that decodes pictures ended with code ${code}.`)));
      return { worker, waiting };
    });
  }

  async pixelsOf(picture: Picture, form: Form): Promise<Uint8Array> {
    const { name, header } = picture;
    const bytes = new Uint8Array(await picture.read());
    if (this.#ended) throw this.#ended;
    const thread = this.#threads.reduce((least, one) => (one.waiting.size < least.waiting.size ? one : least));
    const id = this.#orders++;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      const order: DecodingOrder = { id, name, header, bytes, form };
      thread.worker.postMessage(order, [bytes.buffer]);
    });
  }

  end(): void {
    this.#fail(new Error('The threads that decode pictures have ended.'));
    for (const { worker } of this.#threads) void worker.terminate();
  }

  #fail(reason: Error): void {
    this.#ended ??= reason;
    for (const { waiting } of this.#threads) {
      for (const { reject } of waiting.values()) reject(this.#ended);
      waiting.clear();
    }
  }
}
