import { layers } from '../tf';

/** Weights drawn by the usual rules, each layer from a seed of its own, so that every build gives the same network. */
export class Draw {
  #drawn: number;

  /** @param before how many seeds to leave out */
  constructor(before = 0) {
    this.#drawn = before;
  }

  /** He's rule, before a relu. */
  he() {
    return layers.initializers.heUniform({ seed: ++this.#drawn });
  }

  /** Glorot's rule, elsewhere. */
  glorot() {
    return layers.initializers.glorotUniform({ seed: ++this.#drawn });
  }
}
