import { sizeOf } from './graph/native-types';
import type { Plan } from './graph/plan';
import { isPending, type PendingValue, type Value } from './graph/value';
import type { OnnxBackend } from './onnx-backend';
import type { DividedExecutor } from './parallel/divided-executor';
import { distribute, type Distribution } from './parallel/distribution';
import { type Division, isWorthDividing, sharesOf } from './parallel/division';
import { microBatchesFor } from './parallel/micro-batches';
import type { Computation, TracedFunction } from './traced-function';
import { tf } from './tf';

/** A variable that a recorded computation reads, assigns, or both. */
interface State {
  readonly variable: tf.Variable;
  /** The leaf of the plan that stands for the variable. */
  readonly before: Value;
  /** The output of the plan that is assigned to the variable; null if the variable is only read. */
  readonly after: Value | null;
}

/** A division of the examples, for a computation that is recorded for one share. */
export interface ShareOfExamples extends Division {
  /** Indices of the inputs with one example per row. */
  readonly inputs: readonly number[];
}

/** A recorded share and its distribution over the workers. */
interface Divided extends ShareOfExamples {
  readonly distribution: Distribution;
}

/** A traced computation: a plan that runs again and again without TensorFlow.js. */
export class CompiledFunction implements TracedFunction {
  readonly recorded = true;
  /** Runs the shares of a divided computation; null if the computation is not divided. */
  executor: DividedExecutor | null = null;

  constructor(
    private readonly backend: OnnxBackend,
    private readonly inputs: readonly Value[],
    private readonly states: readonly State[],
    private readonly result: PendingValue,
    private readonly plan: Plan,
    private readonly held: readonly tf.Tensor[],
    private readonly divided: Divided | null,
  ) {}

  run(...inputs: readonly Float32Array[]): Promise<Float32Array> {
    try {
      return Promise.resolve(this.#run(inputs));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /**
   * Chooses the number of micro-batches of each worker.
   *
   * @param cacheBytes size of the second-level cache of one core
   */
  microBatches({ inputs }: ShareOfExamples, cacheBytes: number): number {
    const examples = inputs.map((input) => this.inputs[input]!);
    const rows = examples[0]?.shape[0] ?? 1;
    const { plan, result } = this;
    const distribution = this.divided?.distribution ?? distribute(plan, new Set(examples), rows, result);
    return distribution === null || distribution.plan.reduced.size > 0 ? 1 : microBatchesFor(plan, rows, cacheBytes);
  }

  dispose(): void {
    tf.dispose([...this.held]);
  }

  #run(inputs: readonly Float32Array[]): Float32Array {
    const rows = new Map<Value, Float32Array<ArrayBuffer>>();
    this.inputs.forEach((leaf, i) => {
      const isDivided = this.divided?.inputs.includes(i) === true;
      const size = sizeOf(leaf.shape) * (isDivided ? sharesOf(this.divided) : 1);
      const values = inputs[i] as Float32Array<ArrayBuffer> | undefined;
      if (values?.length !== size) throw new Error(`Input ${i} needs ${size} values and has ${values?.length ?? 0}.`);
      if (isDivided) rows.set(leaf, values);
      else leaf.data = values;
      leaf.tensor = null;
    });
    for (const { variable, before } of this.states) this.backend.lend(variable.dataId, before, this.divided !== null);
    const merged = this.#runDivided(rows);
    if (merged === null) this.backend.executor.run(this.plan);
    for (const { variable, after } of this.states) {
      if (after === null) continue;
      if (!this.backend.replace(variable.dataId, after)) {
        replaceBy(variable, tf.engine().makeTensorFromTensorInfo(this.backend.adopt(after)));
      }
      this.executor?.track(this.backend.lookup(variable.dataId));
    }
    const { data } = this.result;
    this.result.data = null;
    this.result.tensor = null;
    return merged ?? (data as Float32Array);
  }

  #runDivided(rows: ReadonlyMap<Value, Float32Array<ArrayBuffer>>): Float32Array | null {
    if (this.divided === null) return null;
    if (this.executor === null) throw new Error('A divided batch has no worker pool.');
    const { result, divided } = this;
    const examples = new Set(divided.inputs.map((input) => this.inputs[input]!));
    return this.executor.run({ ...divided.distribution, microBatches: divided.microBatches, result, examples }, rows);
  }
}

/**
 * Records a computation. Returns null if the computation reads values while it is recorded, or if it brings in data
 * that may differ from call to call, as dropout does. A share is also refused if its results cannot be combined or if
 * dividing does not pay.
 *
 * @param shapes shapes of the inputs for all examples
 */
export function compileFunction(
  backend: OnnxBackend,
  compute: Computation,
  shapes: readonly (readonly number[])[],
  share: ShareOfExamples | null = null,
): CompiledFunction | null {
  backend.flush();
  const variables = Object.values(tf.engine().registeredVariables);
  if (variables.some(({ dataId }) => backend.lookup(dataId).data === null)) return null;
  const held: tf.Tensor[] = [];
  const hold = (tensor: tf.Tensor): tf.Tensor => {
    held.push(tf.keep(tensor));
    return tensor;
  };
  const originals = variables.map((variable) => tf.keep(variable.clone()));
  let compiled: CompiledFunction | null = null;
  try {
    const recordedShapes = shapes.map((shape, i) =>
      share?.inputs.includes(i) ? rowsOf(shape, sharesOf(share)) : shape,
    );
    const inputs = recordedShapes.map((shape) =>
      hold(placeholder(backend, new Float32Array(sizeOf(shape)), shape, 'float32')),
    );
    const before = variables.map(({ dataId, shape, dtype }) =>
      hold(placeholder(backend, backend.lookup(dataId).data!, shape, dtype)),
    );
    variables.forEach((variable, i) => {
      variable.assign(before[i]!);
    });
    const { result, repeatable } = backend.watch(() => hold(tf.tidy(() => compute(...inputs))));
    const after = variables.map((variable, i) =>
      variable.dataId === before[i]!.dataId ? null : hold(variable.clone()),
    );
    const valueOf = (tensor: tf.Tensor): Value => backend.lookup(tensor.dataId);
    const plan = repeatable && backend.withdraw([result, ...after.filter((tensor) => tensor !== null)].map(valueOf));
    const computed = valueOf(result);
    const isShare = share !== null && sharesOf(share) > 1;
    const divided = isShare && plan ? dividedBy(plan, share, inputs.map(valueOf), computed) : null;
    const isWanted = !isShare || divided !== null;
    if (plan && isWanted && result.dtype === 'float32' && isPending(computed)) {
      const read = new Set(plan.leaves);
      const states = variables.map((variable, i): State => ({
        variable,
        before: valueOf(before[i]!),
        after: after[i] ? valueOf(after[i]) : null,
      }));
      const used = states.filter((state) => state.after !== null || read.has(state.before));
      compiled = new CompiledFunction(backend, inputs.map(valueOf), used, computed, plan, held, divided);
    }
    return compiled;
  } finally {
    variables.forEach((variable, i) => {
      replaceBy(variable, originals[i]!);
    });
    if (compiled === null) tf.dispose(held);
  }
}

/** Plans the distribution of a share; null if that is impossible or not worth it. */
function dividedBy(plan: Plan, share: ShareOfExamples, inputs: readonly Value[], result: Value): Divided | null {
  const examples = share.inputs.map((input) => inputs[input]!);
  const distribution = distribute(plan, new Set(examples), examples[0]!.shape[0]!, result);
  // The caller asks for micro-batches only where they pay.
  if (distribution === null || (share.microBatches === 1 && !isWorthDividing(distribution.plan, sharesOf(share))))
    return null;
  return { ...share, distribution };
}

const rowsOf = ([rows = 0, ...rest]: readonly number[], shares: number): number[] => [rows / shares, ...rest];

/** Creates a tensor whose data is replaced at each run. The recorded graph must not depend on its values. */
function placeholder(
  backend: OnnxBackend,
  data: tf.BackendValues,
  shape: readonly number[],
  dtype: tf.DataType,
): tf.Tensor {
  const info = backend.store(data, [...shape], dtype);
  backend.lookup(info.dataId).placeholder = true;
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** Assigns a tensor to a variable and disposes the tensor. */
function replaceBy(variable: tf.Variable, tensor: tf.Tensor): void {
  variable.assign(tensor);
  tensor.dispose();
}
