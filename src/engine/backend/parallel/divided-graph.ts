import { adamModule, type AdamNumbers } from '../finishing/adam-module';
import { elementBytes, type NativeType, type SharedArray, sharedArray, sizeOf } from '../graph/native-types';
import { tensorBytes } from '../encoding/stages';
import { stopAfter } from '../sessions/in-place';
import type { OnnxRuntime } from '../sessions/runtime';
import type { Disposable } from '../sessions/lru-cache';
import type { PreparedStages } from '../sessions/compiled-graph';
import type { AdamFinish } from '../finishing/split';
import { type AdamPart, type AdamState, AdamStates } from './adam-states';
import type { Crew } from './crew';
import { type PlacedTensor, placeTensors } from './placement';
import { Places } from './shared-memory';
import type { MemberStage, MemberStep, SharedTensor } from './crew-member';

/** A tensor that goes to the threads, or comes from them. */
export interface Port {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
}

/** An input of a graph. */
export interface InputPort extends Port {
  /** Whether each thread has its own rows of it. */
  readonly divided: boolean;
  /** The finish whose weight it is; -1 where it is none's. */
  readonly weightOf: number;
}

/** A step of Adam after the graph. */
export interface DividedFinish {
  readonly finish: AdamFinish;
  /** Which of the outputs is its gradient. */
  readonly gradient: number;
  /** Numbers in the weight. */
  readonly length: number;
}

export interface DividedModel extends PreparedStages {
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly Port[];
  readonly finishes: readonly DividedFinish[];
}

type Numbers = ArrayLike<number>;

/** Rate and epsilon. */
const BYTES_OF_NUMBERS = 16;

let graphs = 0;

/** A graph that all threads of a crew have, each for its share of the examples, with the weights that they step together. */
export class DividedGraph implements Disposable {
  readonly bytes: number;
  readonly #id = graphs++;
  /** Of each thread; the same array for all where it is not divided. */
  readonly #inputs: readonly (readonly SharedArray[])[];
  readonly #outputs: readonly (readonly SharedArray[])[];
  /** Rate and epsilon of each finish. */
  readonly #numbers: Float64Array<SharedArrayBuffer>;
  readonly #states: AdamStates;
  readonly #places: Places;

  /**
   * @param free has nobody hold an array of shared memory that is about to be written
   * @throws Error where ONNX Runtime does not accept it, or there is no memory
   */
  constructor(
    readonly crew: Crew,
    readonly model: DividedModel,
    private readonly free: (array: Float32Array<SharedArrayBuffer>) => void,
  ) {
    const { options, inputs, outputs, finishes } = model;
    const { memory } = crew;
    const shared = new Places(memory);
    this.#places = shared;
    const threads = Array.from({ length: crew.count }, (_, i) => i);
    const bytesOf = ({ type, shape }: Port): number => sizeOf(shape) * elementBytes(type);
    this.#states = new AdamStates(
      finishes.map(({ length }) => length),
      shared,
    );
    const inputPlaces = inputs.map((port) => {
      if (port.weightOf >= 0) return threads.map(() => this.#states.weightAt(port.weightOf));
      const first = shared.take(bytesOf(port));
      return threads.map((thread) => once(thread === 0 || !port.divided ? first : shared.take(bytesOf(port))));
    });
    const outputPlaces = outputs.map((port) => threads.map(() => once(shared.take(bytesOf(port)))));
    this.#states.use(memory.buffer);
    type Starts = readonly (readonly (readonly [number, number])[])[];
    const tensors = (ports: readonly Port[], places: Starts, thread: number): SharedTensor[] =>
      ports.map(({ name, type, shape }, i) => ({ name, type, shape, at: places[i]![thread]! }));
    const arrays = (ports: readonly Port[], places: Starts): SharedArray[][] =>
      threads.map((thread) =>
        ports.map(({ type, shape }, i) => sharedArray(type, memory.buffer, places[i]![thread]![0], sizeOf(shape))),
      );
    this.#inputs = arrays(inputs, inputPlaces);
    this.#outputs = arrays(outputs, outputPlaces);
    const ends = new Set([...inputs, ...outputs].map(({ name }) => name));
    const isStaged = model.stages.length > 1;
    const { placed, bytes: placedBytes } = isStaged ? placeTensors(model.stages, ends) : { placed: [], bytes: 0 };
    const stages = memberStages(crew.runtime, model, placed, crew.count, shared);
    this.bytes = shared.bytes + crew.count * (model.bytes + placedBytes);
    const adam = adamModule(crew.count, true);
    const numbersAt = shared.take(BYTES_OF_NUMBERS * finishes.length);
    this.#numbers = new Float64Array(memory.buffer, numbersAt, 2 * finishes.length);
    const gradients = finishes.map(({ gradient }) => outputPlaces[gradient]!.map(([place]) => place));
    const stepsOf = (thread: number, place: 0 | 1): MemberStep[] =>
      finishes.flatMap(({ finish: { beta1, beta2 } }, weight) => {
        const numbers = { beta1, beta2, rate: 0, epsilon: 0 };
        const values = this.#states.stepOf(weight, place, [thread, crew.count], gradients[weight]!, numbers);
        return values ? [{ weight, values }] : [];
      });
    try {
      crew.order((thread) => ({
        kind: 'load',
        graph: {
          id: this.#id,
          stages,
          options,
          adam,
          steps: [stepsOf(thread, 0), stepsOf(thread, 1)],
          numbersAt,
          weights: finishes.length,
          inputs: tensors(inputs, inputPlaces, thread),
          outputs: tensors(outputs, outputPlaces, thread),
          placed,
          placedBytes,
        },
      }));
    } catch (error) {
      shared.giveBack();
      throw error;
    }
  }

  /** Makes these the weight and the moments of a finish; nothing to do where they are what its last step has left. */
  bring(finish: number, known: Readonly<Record<AdamPart, Float32Array>>): void {
    this.#states.bring(finish, known);
  }

  /**
   * Runs it in all threads, and steps all weights by the mean of the gradients, each thread a part of every weight.
   *
   * @param valuesOf the values of an input for a thread, those of the first thread for what is not divided; not asked for weights
   * @param numbers those of each finish
   * @returns the outputs of each thread, good until the next run
   */
  run(
    valuesOf: (input: number, thread: number) => Numbers,
    numbers: readonly AdamNumbers[],
  ): readonly (readonly SharedArray[])[] {
    const { count } = this.crew;
    for (const i of numbers.keys()) for (const array of Object.values(this.next(i))) this.free(array);
    const atHand = this.model.inputs.map(({ weightOf }, i) => (weightOf < 0 ? valuesOf(i, 0) : null));
    for (const [i, { divided, weightOf }] of this.model.inputs.entries()) {
      for (let thread = 1; weightOf < 0 && thread < (divided ? count : 2); thread++) {
        this.#inputs[thread]![i]!.set(divided ? valuesOf(i, thread) : atHand[i]!);
      }
    }
    for (const [i, { rate, epsilon }] of numbers.entries()) this.#numbers.set([rate, epsilon], 2 * i);
    this.crew.run(this.#id, this.#states.current, atHand);
    if (numbers.length > 0) this.#states.turn();
    return this.#outputs;
  }

  /** What the next run leaves of the weight and the moments of a finish, good until the run after the next. */
  next(finish: number): AdamState {
    return this.#states.next(finish);
  }

  dispose(): void {
    for (const array of this.#states.arrays) this.free(array);
    this.#places.giveBack();
    if (!this.crew.disposed) this.crew.order(() => ({ kind: 'forget', id: this.#id }));
  }
}

/** The stages of a graph, with a place in shared memory for what each thread brings to a meeting. */
function memberStages(
  runtime: OnnxRuntime,
  { stages }: PreparedStages,
  placed: readonly PlacedTensor[],
  count: number,
  shared: Places,
): MemberStage[] {
  const sizes = new Map(placed.map(({ name, shape }) => [name, sizeOf(shape)] as const));
  return stages.map(({ model, inputs, outputs, meetings }) => ({
    model,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    stop: stopAfter(
      runtime,
      outputs.reduce((sum, tensor) => sum + tensorBytes(tensor), 0),
    ),
    meetings: meetings.map(({ own, mean }) => {
      const length = sizes.get(mean)!;
      return { own, mean, length, brought: Array.from({ length: count }, () => shared.take(4 * length)) };
    }),
  }));
}

const once = (place: number): readonly [number, number] => [place, place];
