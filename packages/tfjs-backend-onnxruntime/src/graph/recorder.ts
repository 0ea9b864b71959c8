import type { BufferPool } from '../buffers/pool';
import { isNativeType, type NativeArray, type NativeType } from './native-types';
import type { Operation } from './operations';
import { type Plan, planFlush } from './plan';
import { signatureOf } from './signatures';
import { isPending, type PendingValue, Value } from './value';
import { estimateWork } from './work';

/** More pending nodes than this are flushed in any case, except while a function is recorded. */
const MAX_PENDING_NODES = 3000;
/** A training step below both limits does not get a flush of its own. */
const STEP_NODES = 150;
const STEP_WORK = 2e7;

/** Keeps the pending nodes and decides when they run. */
export class Recorder {
  readonly #pending = new Set<PendingValue>();
  readonly #run: (plan: Plan) => void;
  readonly #pool: BufferPool;
  #recordedNodes = 0;
  #recordedWork = 0;
  #flushDue = false;
  #microtaskQueued = false;
  /**
   * True while a function is recorded whole, however many nodes it has. A flush would run values that nobody reads, and
   * the function could not be recorded.
   */
  whole = false;

  constructor(run: (plan: Plan) => void, pool: BufferPool) {
    this.#run = run;
    this.#pool = pool;
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Records one operation and returns its future value. */
  record(
    operation: Operation,
    inputs: readonly Value[],
    inputShapes: readonly (readonly number[])[],
    shape: readonly number[],
    dtype: NativeType,
  ): Value {
    if (this.#flushDue) this.#flushQuietly();
    for (const input of inputs) input.uses++;
    const value: Value = new Value(shape, dtype);
    value.node = {
      operation,
      inputs,
      inputShapes,
      signature: signatureOf(operation, inputs, inputShapes, shape, dtype),
    };
    if (isPending(value)) this.#pending.add(value);
    this.#recordedNodes++;
    this.#recordedWork += estimateWork(operation.kind, shape, inputShapes);
    this.#flushSoon();
    if (!this.whole && this.#pending.size > MAX_PENDING_NODES) this.#flushQuietly();
    return value;
  }

  /** Forgets a value that no tensor refers to. Its buffer is reused when no pending node reads it. */
  release(value: Value): void {
    value.disposed = true;
    if (isPending(value)) this.#pending.delete(value);
    if (value.uses === 0) this.#reclaim(value);
  }

  /**
   * Removes values from the pending ones and returns the plan that computes them. The caller may run the plan any
   * number of times. The plan holds its inputs until the values are released. Returns null if a value is not pending or
   * is listed twice.
   */
  withdraw(values: readonly Value[]): Plan | null {
    const waiting = values.filter(isPending);
    if (new Set(waiting).size < values.length) return null;
    for (const value of waiting) this.#pending.delete(value);
    return planFlush(waiting);
  }

  /**
   * Marks a natural boundary, such as the end of a training step. The flush waits for the next record, because tensors
   * that are disposed in the meantime need not be outputs.
   */
  markStepBoundary(): void {
    if (this.#recordedNodes >= STEP_NODES || this.#recordedWork >= STEP_WORK) this.#flushDue = this.hasPending;
  }

  /**
   * Computes all pending values that tensors refer to.
   *
   * @throws the error of the run, which its values keep as well
   */
  flush(): void {
    this.#flushDue = false;
    this.#recordedNodes = 0;
    this.#recordedWork = 0;
    if (!this.hasPending) return;
    const plan = planFlush(this.#pending);
    this.#pending.clear();
    try {
      const failed = plan.leaves.find((leaf) => leaf.failure !== null);
      if (failed?.failure) throw failed.failure;
      this.#run(plan);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const value of plan.order) value.failure = failure;
      throw failure;
    } finally {
      for (const value of plan.order) this.#settle(value);
    }
  }

  /** Loops such as `fit` may never read data: pending nodes run at the end of the current task. */
  #flushSoon(): void {
    if (this.#microtaskQueued) return;
    this.#microtaskQueued = true;
    queueMicrotask(() => {
      this.#microtaskQueued = false;
      this.#flushQuietly();
    });
  }

  /** Flushes when nobody waits: the values keep an error, and the next reader throws it. */
  #flushQuietly(): void {
    try {
      this.flush();
    } catch {
      // Kept in Value.failure.
    }
  }

  #settle(value: PendingValue): void {
    const { inputs } = value.node;
    (value as Value).node = null;
    for (const input of inputs) this.#dropUse(input);
  }

  #dropUse(input: Value): void {
    input.uses--;
    if (input.disposed && input.uses === 0) this.#reclaim(input);
  }

  #reclaim(value: Value): void {
    if (value.node !== null) {
      const { inputs } = value.node;
      value.node = null;
      for (const input of inputs) this.#dropUse(input);
    }
    if (value.recyclable && value.data !== null && isNativeType(value.dtype)) {
      this.#pool.give(value.dtype, value.data as NativeArray);
    }
    value.data = null;
    value.tensor = null;
  }
}
