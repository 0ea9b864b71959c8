import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';
import type { Answer, Order } from './workload';

const answer = z.object({ milliseconds: z.array(z.number()), quality: z.number() });

/** A contender in a process of its own, which carries out one order at a time. */
export class Runner {
  readonly #process: ChildProcess;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;

  constructor(
    readonly script: string,
    threads: number,
  ) {
    this.#process = fork(script, [String(threads)], { execArgv: [], stdio: 'inherit' });
    this.#process.on('message', (message) => this.#settle?.resolve(answer.parse(message)));
    this.#process.on('exit', (code) => {
      this.#settle?.reject(new Error(`The contender ${script} ended with code ${String(code)}.`));
    });
  }

  /** Rejects where the process dies over it. */
  ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#process.send(order);
    });
  }

  /** Ends the process. */
  dismiss(): void {
    this.#settle = null;
    if (this.#process.connected) this.#process.disconnect();
  }
}
