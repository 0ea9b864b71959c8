import { tensorBytes } from '../encoding/stages';
import { adamModule, type AdamRate } from '../fused-update/adam-module';
import { type SharedArray, sharedArray, sizeOf } from '../graph/native-types';
import type { PreparedStages } from '../sessions/compiled-graph';
import { stopAfter } from '../binding/in-place';
import type { Disposable } from '../sessions/lru-cache';
import type { OnnxRuntime } from '../binding/types';
import { type AdamPart, type AdamState, AdamStates } from './adam-states';
import type { WorkerPool } from './worker-pool';
import type { WorkerStage, WorkerStep } from './worker-messages';
import type { DividedModel, Port } from './divided-model';
import { type PlannedTensor, planMemory } from './memory-plan';
import { alignedBytes, AllocationGroup } from './shared-memory';

type Numbers = ArrayLike<number>;
/** Byte offset of an array in shared memory, for each of the two weight states. */
type Offsets = readonly [number, number];

/** Rate and epsilon, as 64-bit numbers. */
const RATE_BYTES = 16;

let graphs = 0;

/**
 * A graph that all workers of a pool run, each on its shares of the examples, and the weights that they update
 * together.
 */
export class DividedGraph implements Disposable {
  readonly bytes: number;
  readonly #id = graphs++;
  /**
   * For each input: the arrays that the workers after the first read, one for each share, or one if the input is not
   * divided.
   */
  readonly #inputs: readonly (readonly SharedArray[])[];
  /** The outputs of each share. */
  readonly #outputs: readonly (readonly SharedArray[])[];
  /** Rate and epsilon of each update. */
  readonly #rates: Float64Array<SharedArrayBuffer>;
  readonly #states: AdamStates;
  readonly #allocations: AllocationGroup;

  /**
   * @param detach called before an array of shared memory is overwritten
   * @throws Error if ONNX Runtime does not accept the graph, or memory runs out
   */
  constructor(
    readonly workers: WorkerPool,
    readonly model: DividedModel,
    private readonly detach: (array: Float32Array<SharedArrayBuffer>) => void,
  ) {
    const { options, inputs, outputs, fusedUpdates, microBatches } = model;
    const { memory } = workers;
    const shared = new AllocationGroup(memory);
    this.#allocations = shared;
    const shares = workers.count * microBatches;
    this.#states = new AdamStates(
      fusedUpdates.map(({ length }) => length),
      shared,
    );
    const take = (port: Port, count: number): Offsets[] =>
      Array.from({ length: count }, () => sameForBoth(shared.allocate(tensorBytes(port))));
    const inputOffsets = inputs.map((port) => {
      if (port.weightOf >= 0 || workers.count === 1) return [];
      return take(port, port.divided ? shares - microBatches : 1);
    });
    const outputOffsets = outputs.map((port) => take(port, shares));
    this.#states.attach(memory.buffer);
    const arrayOf = ({ type, shape }: Port, [offset]: Offsets): SharedArray =>
      sharedArray(type, memory.buffer, offset, sizeOf(shape));
    this.#inputs = inputs.map((port, i) => inputOffsets[i]!.map((offsets) => arrayOf(port, offsets)));
    this.#outputs = Array.from({ length: shares }, (_, share) =>
      outputs.map((port, i) => arrayOf(port, outputOffsets[i]![share]!)),
    );
    const inputsOf = (i: number, thread: number): readonly Offsets[] | null => {
      const { weightOf, divided } = inputs[i]!;
      if (weightOf >= 0) return [this.#states.weightOffsets(weightOf)];
      if (thread === 0) return null;
      return divided ? inputOffsets[i]!.slice((thread - 1) * microBatches, thread * microBatches) : inputOffsets[i]!;
    };
    const outputsOf = (i: number, thread: number): readonly Offsets[] =>
      outputOffsets[i]!.slice(thread * microBatches, (thread + 1) * microBatches);
    const ends = new Set([...inputs, ...outputs].map(({ name }) => name));
    const { tensors: planned, bytes: plannedBytes } = planMemory(model.stages, ends);
    let ownBytes = plannedBytes;
    const inOwnMemory = (ports: readonly Port[]): (Port & { offset: number })[] =>
      ports.map(({ name, type, shape }) => {
        const offset = ownBytes;
        ownBytes += alignedBytes(tensorBytes({ type, shape }));
        return { name, type, shape, offset };
      });
    const [ownInputs, ownOutputs] = [inOwnMemory(inputs), inOwnMemory(outputs)];
    const stages = workerStages(workers.runtime, model, planned, workers.count, shared);
    this.bytes = shared.bytes + workers.count * (model.bytes + ownBytes);
    const adam = adamModule(shares, true);
    const ratesAt = shared.allocate(RATE_BYTES * fusedUpdates.length);
    this.#rates = new Float64Array(memory.buffer, ratesAt, 2 * fusedUpdates.length);
    const gradients = fusedUpdates.map(({ gradient }) => outputOffsets[gradient]!.map(([offset]) => offset));
    const stepsOf = (thread: number, state: 0 | 1): WorkerStep[] =>
      fusedUpdates.flatMap(({ update }, weight) => {
        const values = this.#states.stepArguments(weight, state, [thread, workers.count], gradients[weight]!, update);
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
          inputs: ownInputs.map((port, i) => ({ ...port, sharedOffsets: inputsOf(i, thread) })),
          outputs: ownOutputs.map((port, i) => ({ ...port, sharedOffsets: outputsOf(i, thread) })),
          planned,
          ownBytes,
        },
      }));
    } catch (error) {
      this.dispose(); // Some workers may have loaded it.
      throw error;
    }
  }

  /** Uploads the weight and the moments of an update; does nothing if they are current. */
  upload(update: number, known: Readonly<Record<AdamPart, Float32Array>>): void {
    this.#states.upload(update, known, this.detach);
  }

  /**
   * Runs the graph in all workers and updates all weights by the mean of the gradients. Each worker updates a part of
   * every weight.
   *
   * @param valuesOf returns the values of an input for a share; of an input that is not divided, for the first share.
   * Not called for weights
   * @param rates rate and epsilon of each update
   * @returns the outputs of each share, valid until the next run
   */
  run(
    valuesOf: (input: number, share: number) => Numbers,
    rates: readonly AdamRate[],
  ): readonly (readonly SharedArray[])[] {
    for (const i of rates.keys()) for (const array of Object.values(this.next(i))) this.detach(array);
    const localInputs = new Map<string, readonly Numbers[]>();
    const { inputs, microBatches } = this.model;
    for (const [i, { name, divided, weightOf }] of inputs.entries()) {
      if (weightOf >= 0) continue;
      const own = Array.from({ length: divided ? microBatches : 1 }, (_, index) => valuesOf(i, index));
      localInputs.set(name, own);
      for (const [k, array] of this.#inputs[i]!.entries()) array.set(divided ? valuesOf(i, microBatches + k) : own[0]!);
    }
    for (const [i, { rate, epsilon }] of rates.entries()) this.#rates.set([rate, epsilon], 2 * i);
    this.workers.run(this.#id, this.#states.current, localInputs);
    if (rates.length > 0) this.#states.swap();
    return this.#outputs;
  }

  /** Returns the arrays for the weight and the moments after the next run, valid until the run after that. */
  next(update: number): AdamState {
    return this.#states.next(update);
  }

  dispose(): void {
    for (const array of this.#states.arrays) this.detach(array);
    this.#allocations.free();
    if (!this.workers.disposed) this.workers.order(() => ({ kind: 'forget', id: this.#id }));
  }
}

/** Prepares the stages of a graph, with shared memory for the contribution of each worker to each all-reduce. */
function workerStages(
  runtime: OnnxRuntime,
  { stages }: PreparedStages,
  planned: readonly PlannedTensor[],
  count: number,
  shared: AllocationGroup,
): WorkerStage[] {
  const sizes = new Map(planned.map(({ name, shape }) => [name, sizeOf(shape)] as const));
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
      return { own, mean, length, contributions: Array.from({ length: count }, () => shared.allocate(4 * length)) };
    }),
  }));
}

const sameForBoth = (offset: number): Offsets => [offset, offset];
