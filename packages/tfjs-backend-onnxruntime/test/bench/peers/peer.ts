import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { ScriptError } from '../../tools/run-main';
import type { Order } from './orders';

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** A contender in a process of its own, which carries out one order at a time. */
export class Peer {
  readonly #process: ChildProcess;
  #waiting: Waiting | null = null;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
  ) {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment });
    this.#process = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#settle()?.resolve(line));
    child.on('error', (error) => this.#settle()?.reject(error));
    child.on('exit', (code) => {
      this.#settle()?.reject(new ScriptError(`${name} ended in the middle of its work (exit code ${String(code)}).`));
    });
    child.stdin.on('error', () => undefined); // The exit above reports it better.
  }

  /**
   * Sends an order.
   *
   * @returns the answer; rejects if the process ends or answers with something else
   */
  async ask<T>(order: Order, answer: z.ZodType<T>): Promise<T> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
    });
    return answer.parse(JSON.parse(line));
  }

  /** Ends the process. */
  dismiss(): void {
    this.#waiting = null;
    this.#process.stdin?.end();
  }

  #settle(): Waiting | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}
