import type { TracedFunction } from '../traced-function';
import type { CompiledFunction } from '../compiled-function';
import type { DividedExecutor } from './divided-executor';

/** A traced function that divides its examples among workers if these start. */
export class Divided implements TracedFunction {
  readonly recorded = true;
  readonly #share: CompiledFunction;
  readonly #whole: () => TracedFunction;
  readonly #executor: Promise<DividedExecutor | null>;
  #chosen: TracedFunction | null = null;

  /**
   * @param share the computation of each worker
   * @param executor runs the shares; null if the workers do not start
   * @param whole makes the undivided computation
   */
  constructor(share: CompiledFunction, executor: Promise<DividedExecutor | null>, whole: () => TracedFunction) {
    this.#share = share;
    this.#executor = executor;
    this.#whole = whole;
  }

  async run(...inputs: readonly Float32Array[]): Promise<Float32Array> {
    this.#chosen ??= this.#choose(await this.#executor);
    return this.#chosen.run(...inputs);
  }

  dispose(): void {
    (this.#chosen ?? this.#share).dispose();
  }

  #choose(executor: DividedExecutor | null): TracedFunction {
    if (executor !== null) {
      this.#share.executor = executor;
      return this.#share;
    }
    this.#share.dispose();
    return this.#whole();
  }
}
