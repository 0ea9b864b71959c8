import { layers } from '../tfjs-layers';

/** Seeds that belong to one seed of a network: more than any architecture draws. */
const SEEDS = 64;

/** Draws kernels by He's rule before a relu and by Glorot's elsewhere. Each layer has a seed of its own. */
export class Draw {
  #drawn = 0;

  /** @param seed 0 or more */
  constructor(private readonly seed: number) {}

  he() {
    return layers.initializers.heUniform({ seed: this.#next() });
  }

  glorot() {
    return layers.initializers.glorotUniform({ seed: this.#next() });
  }

  /** Seed 0 means "random" to TensorFlow.js, and neighboring seeds must not share layers. */
  #next(): number {
    return this.seed * SEEDS + ++this.#drawn;
  }
}
