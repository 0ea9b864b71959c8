import {
  elementBytes,
  type NativeArray,
  type NativeType,
  type SharedArray,
  sharedArray,
  sizeOf,
} from '../graph/native-types';
import type { EmittedModel } from '../emit/model';
import type { AdamFinish } from '../finishing/split';
import type { Disposable } from '../sessions/lru-cache';
import type { SessionOptions } from '../sessions/runtime';
import type { Crew } from './crew';
import type { SharedTensor } from './worker-program';

/** Where each tensor begins in the shared memory: at a multiple of this. */
const ALIGNMENT = 64;

/** A tensor that goes to the threads, or comes from them. */
export interface Port {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
  /** Whether each thread has its own. */
  readonly divided: boolean;
}

export interface DividedModel {
  readonly emitted: EmittedModel;
  readonly options: SessionOptions;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly finishes: readonly AdamFinish[];
}

let graphs = 0;

/** A graph that all threads of a crew have, each for its share of the examples. */
export class DividedGraph implements Disposable {
  readonly bytes: number;
  readonly #id = graphs++;
  /** Of each thread; the same array for all where it is not divided. */
  readonly #inputs: readonly (readonly SharedArray[])[];
  readonly #outputs: readonly (readonly SharedArray[])[];

  /** @throws Error where ONNX Runtime does not accept it */
  constructor(
    readonly crew: Crew,
    readonly model: DividedModel,
  ) {
    const { emitted, options, inputs, outputs } = model;
    const layout = new Layout();
    const threads = Array.from({ length: crew.count }, (_, i) => i);
    const placesOf = (port: Port): number[] => {
      const bytes = sizeOf(port.shape) * elementBytes(port.type);
      const first = layout.place(bytes);
      return threads.map((thread) => (thread === 0 || !port.divided ? first : layout.place(bytes)));
    };
    const inputPlaces = inputs.map(placesOf);
    const outputPlaces = outputs.map(placesOf);
    const memory = new SharedArrayBuffer(layout.bytes);
    const tensors = (ports: readonly Port[], places: readonly number[][], thread: number): SharedTensor[] =>
      ports.map(({ name, type, shape }, i) => ({ name, type, shape, at: places[i]![thread]! }));
    const arrays = (ports: readonly Port[], places: readonly number[][]): SharedArray[][] =>
      threads.map((thread) =>
        ports.map(({ type, shape }, i) => sharedArray(type, memory, places[i]![thread]!, sizeOf(shape))),
      );
    this.#inputs = arrays(inputs, inputPlaces);
    this.#outputs = arrays(outputs, outputPlaces);
    this.bytes = layout.bytes + crew.count * (emitted.bytes.length + emitted.scratchBytes);
    crew.order((thread) => ({
      kind: 'load',
      graph: {
        id: this.#id,
        model: emitted.bytes,
        options,
        memory,
        inputs: tensors(inputs, inputPlaces, thread),
        outputs: tensors(outputs, outputPlaces, thread),
      },
    }));
  }

  /**
   * Runs it in all threads.
   * @param valuesOf the values of an input for a thread, the first thread for what is not divided
   * @returns the outputs of each thread, good until the next run
   */
  run(valuesOf: (input: number, thread: number) => NativeArray): readonly (readonly SharedArray[])[] {
    for (const [i, { divided }] of this.model.inputs.entries()) {
      for (let thread = 0; thread < (divided ? this.crew.count : 1); thread++) {
        this.#inputs[thread]![i]!.set(valuesOf(i, thread));
      }
    }
    this.crew.order(() => ({ kind: 'run', id: this.#id }));
    return this.#outputs;
  }

  dispose(): void {
    if (!this.crew.disposed) this.crew.order(() => ({ kind: 'forget', id: this.#id }));
  }
}

/** Places in one piece of memory, one behind the other. */
class Layout {
  bytes = 0;

  place(bytes: number): number {
    const at = this.bytes;
    this.bytes = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT;
    return at;
  }
}
