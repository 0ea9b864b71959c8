import { adamArguments, type AdamBetas, type AdamPlaces } from '../fused-update/adam-module';
import type { Places } from './shared-memory';

/** What a step of Adam reads and writes of one weight. */
const PARTS = ['weight', 'first', 'second'] as const;
export type AdamPart = (typeof PARTS)[number];
export type AdamState = Readonly<Record<AdamPart, Float32Array<SharedArrayBuffer>>>;

type Starts = Readonly<Record<AdamPart, number>>;

/** The numbers that are stepped at a time, in bytes: four floats. */
const VECTOR_BYTES = 16;

const otherThan = (state: 0 | 1): 0 | 1 => (state === 0 ? 1 : 0);

/** Weights and moments in memory that threads share, twice: each step reads the one state and writes the other. */
export class AdamStates {
  #current: 0 | 1 = 0;
  readonly #places: readonly (readonly [Starts, Starts])[];
  #arrays: readonly (readonly [AdamState, AdamState])[] = [];

  /** @param lengths how many numbers each weight has */
  constructor(
    private readonly lengths: readonly number[],
    places: Places,
  ) {
    const placesOf = (length: number): Starts => ({
      weight: places.take(4 * length),
      first: places.take(4 * length),
      second: places.take(4 * length),
    });
    this.#places = lengths.map((length) => [placesOf(length), placesOf(length)]);
  }

  /** Which of the two is read next. */
  get current(): 0 | 1 {
    return this.#current;
  }

  get #other(): 0 | 1 {
    return otherThan(this.#current);
  }

  /** Reads next what the last step has written. */
  turn(): void {
    this.#current = this.#other;
  }

  /** Where the numbers of a weight are, in either state. */
  weightAt(index: number): readonly [number, number] {
    const [one, other] = this.#places[index]!;
    return [one.weight, other.weight];
  }

  /** Sets the memory for which the places are. */
  use(memory: SharedArrayBuffer): void {
    const arraysOf = (places: Starts, length: number): AdamState => {
      const array = (part: AdamPart): Float32Array<SharedArrayBuffer> => new Float32Array(memory, places[part], length);
      return { weight: array('weight'), first: array('first'), second: array('second') };
    };
    this.#arrays = this.#places.map(([one, other], i) => {
      const length = this.lengths[i]!;
      return [arraysOf(one, length), arraysOf(other, length)];
    });
  }

  /**
   * Makes the current state of a weight what the arrays hold, which is nothing to do where they are that state itself.
   * @param free has nobody hold an array that is about to be written: another model's steps may have left it
   */
  bring(
    index: number,
    known: Readonly<Record<AdamPart, Float32Array>>,
    free: (array: Float32Array<SharedArrayBuffer>) => void,
  ): void {
    const state = this.#arrays[index]![this.#current];
    for (const part of PARTS) {
      if (known[part] === state[part]) continue;
      free(state[part]);
      state[part].set(known[part]);
    }
  }

  /** All arrays of both states. */
  get arrays(): Float32Array<SharedArrayBuffer>[] {
    return this.#arrays.flat().flatMap(({ weight, first, second }) => [weight, first, second]);
  }

  /** The state that the next step writes. */
  next(index: number): AdamState {
    return this.#arrays[index]![this.#other];
  }

  /**
   * What one of several threads steps its part of a weight with, but rate and epsilon; none where it has no part.
   * @param current the state that is read
   * @param gradients where the gradient of each thread is
   */
  stepOf(
    index: number,
    current: 0 | 1,
    [thread, count]: readonly [number, number],
    gradients: readonly number[],
    betas: AdamBetas,
  ): number[] | undefined {
    const vectors = Math.ceil((4 * this.lengths[index]!) / VECTOR_BYTES);
    const bound = (part: number): number => VECTOR_BYTES * Math.floor((vectors * part) / count);
    const range = [bound(thread), bound(thread + 1)] as const;
    if (range[0] === range[1]) return undefined;
    const from = this.#places[index]![current];
    const to = this.#places[index]![otherThan(current)];
    const places: AdamPlaces = {
      ...from,
      nextWeight: to.weight,
      nextFirst: to.first,
      nextSecond: to.second,
      gradients,
    };
    return adamArguments(range, places, betas);
  }
}
