import { CancelledError } from '../../protocol/errors';
import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import type { tf } from '../tf';
import { type Cut, cutsBefore } from '../model/cuts';
import { descriptionOf } from '../model/runnable';
import { inferFigures } from '../model/shapes';
import { readTopology } from '../model/topology';
import type { ModelVariable } from '../model/weights/binding';
import { breathe } from '../pause';
import type { Classifier } from './classifier';

/** Cached prefix activations, a row for each image, and the remaining forward pass. */
export interface Beginning {
  readonly batches: readonly Float32Array[];
  /** Logits. */
  readonly pass: TracedFunction;
}

/** What is kept of all images before a cut takes so many bytes at the most. */
const MOST_BYTES = 2 ** 27;
/** Bringing a number back to where it is needed takes as long as so many multiply-accumulates. */
const MACS_A_NUMBER = 100;
/** The first input has an image in each row. */
const DIVIDED = { examples: [0] };

/** Passes over the same images that begin behind the layers which are always the same. */
export class Beginnings {
  readonly #whole: Beginning;
  /** Multiply-accumulates for one image by the names of layers; those that are not known count as none. */
  readonly #macs: ReadonlyMap<string, { readonly macs: number | null }>;
  #kept: (Beginning & { readonly cut: Cut }) | null = null;

  /** @param batches pixels of `size` images each */
  constructor(
    private readonly classifier: Classifier,
    batches: readonly Float32Array[],
    private readonly size: number,
  ) {
    const topology = readTopology(descriptionOf(classifier.model));
    this.#macs = topology ? inferFigures(topology) : new Map<string, never>();
    const pass = trace((x) => classifier.logitsOf(x, false), [classifier.shapeOf(size)], DIVIDED);
    this.#whole = { batches, pass };
  }

  /**
   * Where to begin when only `changed` are other weights than before: with the images, or with what layers before have made
   * of them, which is computed once and kept until another cut is asked for.
   * @throws CancelledError
   */
  async behind(changed: ReadonlySet<ModelVariable>, signal: AbortSignal): Promise<Beginning> {
    const cut = this.#cutBefore(changed);
    if (cut === undefined) return this.#whole;
    if (this.#kept?.cut.id !== cut.id) {
      this.#forget();
      const logits = (x: tf.Tensor): tf.Tensor2D => this.classifier.logitsFrom(cut.tail(x) as tf.Tensor2D);
      const pass = trace(logits, [[this.size, ...cut.shape]], DIVIDED);
      try {
        this.#kept = { cut, pass, batches: await this.#heads(cut, signal) };
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

  /** The last cut that saves more than it costs. */
  #cutBefore(changed: ReadonlySet<ModelVariable>): Cut | undefined {
    const images = this.size * this.#whole.batches.length;
    return cutsBefore(this.classifier.model, changed).findLast(({ layers, shape }) => {
      const macs = [...new Set(layers)].reduce((sum, name) => sum + (this.#macs.get(name)?.macs ?? 0), 0);
      const numbers = shape.reduce((product, length) => product * length, 1);
      return macs >= MACS_A_NUMBER * numbers && 4 * numbers * images <= MOST_BYTES;
    });
  }

  async #heads({ head }: Cut, signal: AbortSignal): Promise<Float32Array[]> {
    const pass = trace(head, [this.classifier.shapeOf(this.size)], DIVIDED);
    const results: Float32Array[] = [];
    try {
      for (const batch of this.#whole.batches) {
        if (signal.aborted) throw new CancelledError();
        results.push(await pass.run(batch));
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
