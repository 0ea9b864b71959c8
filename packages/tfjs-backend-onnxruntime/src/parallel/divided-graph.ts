import { tensorBytes } from '../encoding/stages';
import { adamModule, type AdamRate } from '../fused-update/adam-module';
import type { FusedUpdate } from '../fused-update/split';
import { type NativeType, type SharedArray, sharedArray, sizeOf } from '../graph/native-types';
import type { PreparedStages } from '../sessions/compiled-graph';
import { stopAfter } from '../binding/in-place';
import type { Disposable } from '../sessions/lru-cache';
import type { OnnxRuntime } from '../binding/types';
import { type AdamPart, type AdamState, AdamStates } from './adam-states';
import type { WorkerPool } from './worker-pool';
import type { WorkerStage, WorkerStep } from './pool-worker';
import { type PlacedTensor, placeTensors } from './memory-plan';
import { alignedBytes, Places } from './shared-memory';

/** A tensor that goes to the threads, or comes from them. */
export interface Port {
  readonly name: string;
  readonly type: NativeType;
  readonly shape: readonly number[];
}

/** An input of a graph. */
export interface InputPort extends Port {
  /** Whether each share has its own rows of it. */
  readonly divided: boolean;
  /** The update whose weight it is; -1 where it is none's. */
  readonly weightOf: number;
}

/** A step of Adam after the graph. */
export interface DividedUpdate {
  readonly update: FusedUpdate;
  /** Which of the outputs is its gradient. */
  readonly gradient: number;
  /** Numbers in the weight. */
  readonly length: number;
}

export interface DividedModel extends PreparedStages {
  /** How many shares each thread computes, one after the other. */
  readonly microBatches: number;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly Port[];
  readonly fusedUpdates: readonly DividedUpdate[];
}

type Numbers = ArrayLike<number>;
/** Where an array begins in shared memory, for either place of the weights. */
type Place = readonly [number, number];

/** Rate and epsilon, as 64-bit numbers. */
const RATE_BYTES = 16;

let graphs = 0;

/** A graph that all workers of a pool have, each for its shares of the examples, with the weights that they step together. */
export class DividedGraph implements Disposable {
  readonly bytes: number;
  readonly #id = graphs++;
  /** Of each input, what the others than the first thread read: for each of their shares, or once where it is not divided. */
  readonly #inputs: readonly (readonly SharedArray[])[];
  /** Of each share. */
  readonly #outputs: readonly (readonly SharedArray[])[];
  /** Rate and epsilon of each update. */
  readonly #rates: Float64Array<SharedArrayBuffer>;
  readonly #states: AdamStates;
  readonly #places: Places;

  /**
   * @param free has nobody hold an array of shared memory that is about to be written
   * @throws Error where ONNX Runtime does not accept it, or there is no memory
   */
  constructor(
    readonly workers: WorkerPool,
    readonly model: DividedModel,
    private readonly free: (array: Float32Array<SharedArrayBuffer>) => void,
  ) {
    const { options, inputs, outputs, fusedUpdates, microBatches } = model;
    const { memory } = workers;
    const shared = new Places(memory);
    this.#places = shared;
    const shares = workers.count * microBatches;
    this.#states = new AdamStates(
      fusedUpdates.map(({ length }) => length),
      shared,
    );
    const take = (port: Port, count: number): Place[] =>
      Array.from({ length: count }, () => once(shared.take(tensorBytes(port))));
    const inputPlaces = inputs.map((port) => {
      if (port.weightOf >= 0 || workers.count === 1) return [];
      return take(port, port.divided ? shares - microBatches : 1);
    });
    const outputPlaces = outputs.map((port) => take(port, shares));
    this.#states.use(memory.buffer);
    const arrayOf = ({ type, shape }: Port, [place]: Place): SharedArray =>
      sharedArray(type, memory.buffer, place, sizeOf(shape));
    this.#inputs = inputs.map((port, i) => inputPlaces[i]!.map((place) => arrayOf(port, place)));
    this.#outputs = Array.from({ length: shares }, (_, share) =>
      outputs.map((port, i) => arrayOf(port, outputPlaces[i]![share]!)),
    );
    const inputsOf = (i: number, thread: number): readonly Place[] | null => {
      const { weightOf, divided } = inputs[i]!;
      if (weightOf >= 0) return [this.#states.weightAt(weightOf)];
      if (thread === 0) return null;
      return divided ? inputPlaces[i]!.slice((thread - 1) * microBatches, thread * microBatches) : inputPlaces[i]!;
    };
    const outputsOf = (i: number, thread: number): readonly Place[] =>
      outputPlaces[i]!.slice(thread * microBatches, (thread + 1) * microBatches);
    const ends = new Set([...inputs, ...outputs].map(({ name }) => name));
    const { placed, bytes: placedBytes } = placeTensors(model.stages, ends);
    let ownBytes = placedBytes;
    const inOwnMemory = (ports: readonly Port[]): (Port & { at: number })[] =>
      ports.map(({ name, type, shape }) => {
        const at = ownBytes;
        ownBytes += alignedBytes(tensorBytes({ type, shape }));
        return { name, type, shape, at };
      });
    const [ownInputs, ownOutputs] = [inOwnMemory(inputs), inOwnMemory(outputs)];
    const stages = workerStages(workers.runtime, model, placed, workers.count, shared);
    this.bytes = shared.bytes + workers.count * (model.bytes + ownBytes);
    const adam = adamModule(shares, true);
    const ratesAt = shared.take(RATE_BYTES * fusedUpdates.length);
    this.#rates = new Float64Array(memory.buffer, ratesAt, 2 * fusedUpdates.length);
    const gradients = fusedUpdates.map(({ gradient }) => outputPlaces[gradient]!.map(([place]) => place));
    const stepsOf = (thread: number, place: 0 | 1): WorkerStep[] =>
      fusedUpdates.flatMap(({ update }, weight) => {
        const values = this.#states.stepOf(weight, place, [thread, workers.count], gradients[weight]!, update);
        return values ? [{ weight, values }] : [];
      });
    try {
      workers.order((thread) => ({
        kind: 'load',
        graph: {
          id: this.#id,
          microBatches,
          stages,
          options,
          adam,
          steps: [stepsOf(thread, 0), stepsOf(thread, 1)],
          ratesAt,
          weights: fusedUpdates.length,
          inputs: ownInputs.map((port, i) => ({ ...port, there: inputsOf(i, thread) })),
          outputs: ownOutputs.map((port, i) => ({ ...port, there: outputsOf(i, thread) })),
          placed,
          ownBytes,
        },
      }));
    } catch (error) {
      this.dispose(); // Some workers may have it.
      throw error;
    }
  }

  /** Makes these the weight and the moments of a update; nothing to do where they are what its last step has left. */
  bring(update: number, known: Readonly<Record<AdamPart, Float32Array>>): void {
    this.#states.bring(update, known, this.free);
  }

  /**
   * Runs it in all threads, and steps all weights by the mean of the gradients, each thread a part of every weight.
   *
   * @param valuesOf the values of an input for a share, those of the first share for what is not divided; not asked for weights
   * @param rates those of each update
   * @returns the outputs of each share, good until the next run
   */
  run(
    valuesOf: (input: number, share: number) => Numbers,
    rates: readonly AdamRate[],
  ): readonly (readonly SharedArray[])[] {
    for (const i of rates.keys()) for (const array of Object.values(this.next(i))) this.free(array);
    const atHand = new Map<string, readonly Numbers[]>();
    const { inputs, microBatches } = this.model;
    for (const [i, { name, divided, weightOf }] of inputs.entries()) {
      if (weightOf >= 0) continue;
      const own = Array.from({ length: divided ? microBatches : 1 }, (_, index) => valuesOf(i, index));
      atHand.set(name, own);
      for (const [k, array] of this.#inputs[i]!.entries()) array.set(divided ? valuesOf(i, microBatches + k) : own[0]!);
    }
    for (const [i, { rate, epsilon }] of rates.entries()) this.#rates.set([rate, epsilon], 2 * i);
    this.workers.run(this.#id, this.#states.current, atHand);
    if (rates.length > 0) this.#states.turn();
    return this.#outputs;
  }

  /** What the next run leaves of the weight and the moments of a update, good until the run after the next. */
  next(update: number): AdamState {
    return this.#states.next(update);
  }

  dispose(): void {
    for (const array of this.#states.arrays) this.free(array);
    this.#places.giveBack();
    if (!this.workers.disposed) this.workers.order(() => ({ kind: 'forget', id: this.#id }));
  }
}

/** The stages of a graph, with a place in shared memory for what each worker brings to an all-reduce. */
function workerStages(
  runtime: OnnxRuntime,
  { stages }: PreparedStages,
  placed: readonly PlacedTensor[],
  count: number,
  shared: Places,
): WorkerStage[] {
  const sizes = new Map(placed.map(({ name, shape }) => [name, sizeOf(shape)] as const));
  return stages.map(({ model, inputs, outputs, allReduces }) => ({
    model,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    stop: stopAfter(
      runtime,
      outputs.reduce((sum, tensor) => sum + tensorBytes(tensor), 0),
    ),
    allReduces: allReduces.map(({ own, mean }) => {
      const length = sizes.get(mean)!;
      return { own, mean, length, brought: Array.from({ length: count }, () => shared.take(4 * length)) };
    }),
  }));
}

const once = (place: number): Place => [place, place];
