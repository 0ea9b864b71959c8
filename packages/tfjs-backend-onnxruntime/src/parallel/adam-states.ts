import { adamArguments, type AdamBetas, type AdamOffsets } from '../fused-update/adam-module';
import type { AllocationGroup } from './shared-memory';

/** The arrays of one weight that a step of Adam reads and writes. */
const PARTS = ['weight', 'first', 'second'] as const;
export type AdamPart = (typeof PARTS)[number];
export type AdamState = Readonly<Record<AdamPart, Float32Array<SharedArrayBuffer>>>;

type AdamStateOffsets = Readonly<Record<AdamPart, number>>;

/** Bytes that one vector instruction updates: four floats. */
const VECTOR_BYTES = 16;

const otherThan = (state: 0 | 1): 0 | 1 => (state === 0 ? 1 : 0);

/** Two copies of weights and moments in shared memory: each step reads one state and writes the other. */
export class AdamStates {
  #current: 0 | 1 = 0;
  readonly #offsets: readonly (readonly [AdamStateOffsets, AdamStateOffsets])[];
  #arrays: readonly (readonly [AdamState, AdamState])[] = [];

  /** @param lengths number of elements of each weight */
  constructor(
    private readonly lengths: readonly number[],
    memory: AllocationGroup,
  ) {
    const offsetsOf = (length: number): AdamStateOffsets => ({
      weight: memory.allocate(4 * length),
      first: memory.allocate(4 * length),
      second: memory.allocate(4 * length),
    });
    this.#offsets = lengths.map((length) => [offsetsOf(length), offsetsOf(length)]);
  }

  /** Index of the state that the next step reads. */
  get current(): 0 | 1 {
    return this.#current;
  }

  get #other(): 0 | 1 {
    return otherThan(this.#current);
  }

  /** Swaps the two states after a step. */
  swap(): void {
    this.#current = this.#other;
  }

  /** Returns the byte offset of a weight in each state. */
  weightOffsets(index: number): readonly [number, number] {
    const [one, other] = this.#offsets[index]!;
    return [one.weight, other.weight];
  }

  /** Creates the arrays over the memory for which the offsets were allocated. */
  attach(memory: SharedArrayBuffer): void {
    const arraysOf = (offsets: AdamStateOffsets, length: number): AdamState => {
      const array = (part: AdamPart): Float32Array<SharedArrayBuffer> =>
        new Float32Array(memory, offsets[part], length);
      return { weight: array('weight'), first: array('first'), second: array('second') };
    };
    this.#arrays = this.#offsets.map(([one, other], i) => {
      const length = this.lengths[i]!;
      return [arraysOf(one, length), arraysOf(other, length)];
    });
  }

  /**
   * Uploads weights and moments to the current state; does nothing if they are current.
   *
   * @param detach called before an array is written: another tensor may still hold it, left by the steps of another
   * model
   */
  upload(
    index: number,
    known: Readonly<Record<AdamPart, Float32Array>>,
    detach: (array: Float32Array<SharedArrayBuffer>) => void,
  ): void {
    const state = this.#arrays[index]![this.#current];
    for (const part of PARTS) {
      if (known[part] === state[part]) continue;
      detach(state[part]);
      state[part].set(known[part]);
    }
  }

  /** Returns all arrays of both states. */
  get arrays(): Float32Array<SharedArrayBuffer>[] {
    return this.#arrays.flat().flatMap(({ weight, first, second }) => [weight, first, second]);
  }

  /** Returns the arrays that the next step writes. */
  next(index: number): AdamState {
    return this.#arrays[index]![this.#other];
  }

  /**
   * Returns the arguments of a worker's part of a step, without rate and epsilon; undefined if the worker has no part.
   *
   * @param current index of the state that is read
   * @param gradients offset of the gradient of each share
   */
  stepArguments(
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
    const from = this.#offsets[index]![current];
    const to = this.#offsets[index]![otherThan(current)];
    const offsets: AdamOffsets = {
      ...from,
      nextWeight: to.weight,
      nextFirst: to.first,
      nextSecond: to.second,
      gradients,
    };
    return adamArguments(range, offsets, betas);
  }
}
