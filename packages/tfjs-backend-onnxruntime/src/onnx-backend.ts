import type { BufferPool } from './buffers/pool';
import { isNativeType, isShared, type NativeType, type NativeArray, sizeOf, toNativeArray } from './graph/native-types';
import type { Operation } from './graph/operations';
import type { Plan } from './graph/plan';
import { Recorder } from './graph/recorder';
import { Value } from './graph/value';
import type { KernelContext } from './kernels/kernel';
import type { Executor } from './sessions/executor';
import { tf } from './tf';

/** Stores tensors for tfjs. Kernels record into it; reading computes the recorded operations. */
export class OnnxBackend extends tf.KernelBackend implements KernelContext {
  readonly #data: tf.DataStorage<Value>;
  readonly #recorder: Recorder;
  /** The observations of the current `watch`. */
  #watched: { repeatable: boolean } | null = null;

  constructor(
    readonly executor: Executor,
    pool: BufferPool,
  ) {
    super();
    this.#data = new tf.DataStorage<Value>(this, tf.engine());
    this.#recorder = new Recorder((plan: Plan) => executor.run(plan), pool);
  }

  // Services for kernels.

  record(operation: Operation, inputs: readonly tf.TensorInfo[], shape: number[], dtype: NativeType): tf.TensorInfo {
    const values = inputs.map((x) => this.lookup(x.dataId));
    const shapes = inputs.map((x) => x.shape);
    return this.#register(this.#recorder.record(operation, values, shapes, shape, dtype), shape);
  }

  alias(x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
    this.incRef(x.dataId);
    return { dataId: x.dataId, shape, dtype: x.dtype };
  }

  store(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.TensorInfo {
    const value = new Value(shape, dtype);
    value.data = values;
    return this.#register(value, shape);
  }

  computed(x: tf.TensorInfo): NativeArray | undefined {
    const value = this.lookup(x.dataId);
    if (value.data === null || value.placeholder || !isNativeType(value.dtype)) return undefined;
    return toNativeArray(value.dtype, value.data);
  }

  view(x: tf.TensorInfo, offset: number, shape: number[]): tf.TensorInfo {
    const data = this.computed(x);
    if (data === undefined) throw new Error('A view needs computed data.');
    this.lookup(x.dataId).recyclable = false;
    return this.store(data.subarray(offset, offset + sizeOf(shape)), shape, x.dtype);
  }

  release(x: tf.TensorInfo): void {
    this.disposeData(x.dataId);
  }

  /** Creates a complex64 tensor that owns its two halves. */
  storeComplex(shape: number[], real: tf.TensorInfo, imag: tf.TensorInfo): tf.TensorInfo {
    const value = new Value(shape, 'complex64');
    value.complex = { real, imag };
    return this.#register(value, shape);
  }

  /** Returns the value of a tensor. */
  lookup(dataId: tf.DataId): Value {
    return this.#data.get(dataId);
  }

  /** Computes all pending values that tensors refer to. */
  flush(): void {
    this.#recorder.flush();
  }

  /**
   * Calls a function and reports if it would record the same operations again. It must read no values, compute none,
   * and bring in no data except uniform tensors and tensors of one element.
   */
  watch<T>(call: () => T): { result: T; repeatable: boolean } {
    const { flushes } = this.executor.stats;
    const watched = { repeatable: true };
    this.#watched = watched;
    this.#recorder.whole = true;
    try {
      const result = call();
      return { result, repeatable: watched.repeatable && this.executor.stats.flushes === flushes };
    } finally {
      this.#watched = null;
      this.#recorder.whole = false;
    }
  }

  /** See `Recorder.withdraw`. */
  withdraw(values: readonly Value[]): Plan | null {
    return this.#recorder.withdraw(values);
  }

  /**
   * Lends the data of a tensor to a placeholder for the next run.
   *
   * @param fromShared true if the run reads shared memory; if false, the tensor gets a copy of its own
   */
  lend(dataId: tf.DataId, placeholder: Value, fromShared: boolean): void {
    const value = this.lookup(dataId);
    if (value.node !== null) this.flush();
    if (value.failure !== null) throw value.failure;
    if (!fromShared && value.data !== null && isNativeType(value.dtype)) {
      value.data = toNativeArray(value.dtype, value.data);
    }
    placeholder.data = value.data;
    placeholder.tensor = value.tensor;
  }

  /** Creates a tensor with the data of a result, and takes the data from it. */
  adopt(result: Value): tf.TensorInfo {
    return this.#register(takeOver(result), [...result.shape]);
  }

  /**
   * Replaces the data of a tensor by those of a result. Returns false and does nothing if other tensors share the data.
   */
  replace(dataId: tf.DataId, result: Value): boolean {
    const before = this.lookup(dataId);
    if (before.refCount > 1) return false;
    this.#recorder.release(before);
    this.#data.delete(dataId);
    this.#data.set(dataId, takeOver(result));
    return true;
  }

  /** See `Recorder.markStepBoundary`. */
  markStepBoundary(): void {
    this.#recorder.markStepBoundary();
  }

  // Methods that tfjs expects of a backend.

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    if (this.#watched && shape.length > 0 && !isUniform(values)) this.#forbidRepeating();
    return this.store(values, shape, dtype).dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    const value = new Value(shape, dtype);
    value.data = values;
    value.refCount = refCount;
    this.#data.set(dataId, value);
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    this.#forbidRepeating();
    const value = this.lookup(dataId);
    if (value.complex !== null) {
      const real = this.readSync(value.complex.real.dataId) as Float32Array;
      return tf.backend_util.mergeRealAndImagArrays(real, this.readSync(value.complex.imag.dataId) as Float32Array);
    }
    if (value.node !== null) this.flush();
    if (value.failure !== null) throw value.failure;
    if (value.data === null) throw new Error('The tensor has no data.');
    value.recyclable = false; // The caller may keep the array.
    if (!Array.isArray(value.data) && isShared(value.data)) return value.data.slice(); // Workers overwrite shared memory.
    return tf.util.convertBackendValuesAndArrayBuffer(value.data, value.dtype);
  }

  override read(dataId: tf.DataId): Promise<tf.BackendValues> {
    try {
      return Promise.resolve(this.readSync(dataId));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Returns what `bufferSync` of the cpu backend returns. Shared kernels of tfjs call it. */
  bufferSync(x: tf.TensorInfo): tf.TensorBuffer<tf.Rank, tf.DataType> {
    const data = this.readSync(x.dataId);
    const shape = x.shape as tf.ShapeMap[tf.Rank];
    if (!Array.isArray(data)) return tf.buffer(shape, x.dtype, data);
    const strings = data.map((bytes) => tf.util.decodeString(bytes));
    return tf.buffer<tf.Rank, 'string'>(shape, 'string', strings);
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override refCount(dataId: tf.DataId): number {
    return this.#data.has(dataId) ? this.lookup(dataId).refCount : 0;
  }

  override incRef(dataId: tf.DataId): void {
    this.lookup(dataId).refCount++;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const value = this.lookup(dataId);
    value.refCount--;
    if (!force && value.refCount > 0) return false;
    if (value.complex !== null) {
      this.disposeData(value.complex.real.dataId, true);
      this.disposeData(value.complex.imag.dataId, true);
    }
    this.#recorder.release(value);
    this.#data.delete(dataId);
    return true;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override time(f: () => void): Promise<tf.BackendTimingInfo> {
    const start = tf.util.now();
    f();
    this.flush();
    return Promise.resolve({ kernelMs: tf.util.now() - start });
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.executor.dispose();
  }

  #forbidRepeating(): void {
    if (this.#watched) this.#watched.repeatable = false;
  }

  #register(value: Value, shape: number[]): tf.TensorInfo {
    const dataId = {};
    this.#data.set(dataId, value);
    return { dataId, shape, dtype: value.dtype };
  }
}

/** Moves the data of a value to a new value. */
function takeOver(other: Value): Value {
  const value = new Value([...other.shape], other.dtype);
  value.data = other.data;
  value.tensor = other.tensor;
  value.recyclable = other.recyclable;
  other.data = null;
  other.tensor = null;
  return value;
}

/** True if all values are equal, as zeros and ones are and random numbers are not. A single value decides nothing. */
function isUniform(values: tf.BackendValues): boolean {
  if (values.length === 1) return false;
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
