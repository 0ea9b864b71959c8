import { CancelledError } from '../../protocol/errors';
import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { tracedScores } from './pass';
import type { tf } from '../tf';
import type { SplitPoint } from '../model/network';
import { breathe } from '../pause';
import type { TaskedNetwork } from './tasked-network';

/** Prefix activations, one row per example, and the forward pass from there. */
export interface RemainingPass {
  /** The values that enter the pass, for each batch. */
  readonly batches: readonly (readonly Float32Array[])[];
  /** Computes scores. */
  readonly pass: TracedFunction;
}

/** Most bytes of cached activations: 128 MiB. */
const MOST_BYTES = 2 ** 27;
/** Reading one cached number back costs as much as this many multiply-accumulates. */
const MACS_A_NUMBER = 100;
/** Each row of the first input is an example. */
const DIVIDED = { examples: [0] };

/** Forward passes over the same examples, which skip the layers whose weights do not change. */
export class PrefixActivationCache {
  readonly #whole: RemainingPass;
  #kept: (RemainingPass & { readonly split: SplitPoint }) | null = null;

  /** @param batches what enters each input, for `size` examples each */
  constructor(
    private readonly tasked: TaskedNetwork,
    batches: readonly (readonly Float32Array[])[],
    private readonly size: number,
  ) {
    this.#whole = { batches, pass: tracedScores(tasked, size) };
  }

  /**
   * Returns the pass for a network in which only the weights named in `changed` differ from the original ones. It starts
   * at the examples, or at cached activations; these are computed once and kept until another split point is needed.
   * @throws CancelledError
   */
  async passAfter(changed: ReadonlySet<string>, signal: AbortSignal): Promise<RemainingPass> {
    const split = this.#splitBefore(changed);
    if (split === undefined) return this.#whole;
    if (this.#kept?.split.id !== split.id) {
      this.#forget();
      const scores = (x: tf.Tensor): tf.Tensor2D => this.tasked.scoresFrom(split.tail(x));
      const pass = trace(scores, [[this.size, ...split.shape]], DIVIDED);
      try {
        this.#kept = { split, pass, batches: await this.#activations(split, signal) };
      } catch (error) {
        pass.dispose();
        throw error;
      }
    }
    return this.#kept;
  }

  dispose(): void {
    this.#forget();
    this.#whole.pass.dispose();
  }

  /** Finds the last split point that saves more than it costs. */
  #splitBefore(changed: ReadonlySet<string>): SplitPoint | undefined {
    const examples = this.size * this.#whole.batches.length;
    return this.tasked.network.splitPointsBefore(changed).findLast(({ macs, shape }) => {
      const numbers = shape.reduce((product, length) => product * length, 1);
      return macs >= MACS_A_NUMBER * numbers && 4 * numbers * examples <= MOST_BYTES;
    });
  }

  async #activations({ head }: SplitPoint, signal: AbortSignal): Promise<(readonly Float32Array[])[]> {
    const pass = trace(head, this.tasked.shapesOf(this.size), DIVIDED);
    const results: Float32Array[][] = [];
    try {
      for (const batch of this.#whole.batches) {
        if (signal.aborted) throw new CancelledError();
        results.push([await pass.run(...batch)]);
        await breathe();
      }
    } finally {
      pass.dispose();
    }
    return results;
  }

  #forget(): void {
    this.#kept?.pass.dispose();
    this.#kept = null;
  }
}
