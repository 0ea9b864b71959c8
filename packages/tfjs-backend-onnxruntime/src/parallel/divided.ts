import type { Repeated } from '../repeated';
import type { Replay } from '../replay';
import type { DividedExecutor } from './divided-executor';

/** A computation whose examples are divided among threads, if those come up. */
export class Divided implements Repeated {
  readonly recorded = true;
  readonly #share: Replay;
  readonly #whole: () => Repeated;
  readonly #sides: Promise<DividedExecutor | null>;
  #chosen: Repeated | null = null;

  /**
   * @param share what each thread runs
   * @param sides runs shares; null where its threads do not come up
   * @param whole makes the same for one thread
   */
  constructor(share: Replay, sides: Promise<DividedExecutor | null>, whole: () => Repeated) {
    this.#share = share;
    this.#sides = sides;
    this.#whole = whole;
  }

  async run(...inputs: readonly Float32Array[]): Promise<Float32Array> {
    this.#chosen ??= this.#choose(await this.#sides);
    return this.#chosen.run(...inputs);
  }

  dispose(): void {
    (this.#chosen ?? this.#share).dispose();
  }

  #choose(sides: DividedExecutor | null): Repeated {
    if (sides !== null) {
      this.#share.sides = sides;
      return this.#share;
    }
    this.#share.dispose();
    return this.#whole();
  }
}
