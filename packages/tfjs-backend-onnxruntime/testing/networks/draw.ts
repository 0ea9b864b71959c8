import { layers } from '../tf';

/** Initializers by the usual rules. Each layer has its own seed, so every build gives the same network. */
export class Draw {
  #drawn: number;

  /** @param before number of seeds to skip */
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
