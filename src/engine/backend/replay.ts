import { sizeOf } from './graph/native-types';
import type { Plan } from './graph/plan';
import type { Value } from './graph/value';
import type { OnnxBackend } from './onnx-backend';
import type { Computation, Repeated } from './repeated';
import { tf } from './tf';

/** A variable that a recorded computation reads, assigns, or both. */
interface State {
  readonly variable: tf.Variable;
  /** What stands for its value in the plan. */
  readonly before: Value;
  /** The plan's output that becomes its value; null where it is only read. */
  readonly after: Value | null;
}

/** A computation that was recorded once. */
class Replay implements Repeated {
  readonly recorded = true;

  constructor(
    private readonly backend: OnnxBackend,
    private readonly inputs: readonly Value[],
    private readonly states: readonly State[],
    private readonly result: Value,
    private readonly plan: Plan,
    private readonly held: readonly tf.Tensor[],
  ) {}

  run(...inputs: readonly Float32Array[]): Promise<Float32Array> {
    try {
      return Promise.resolve(this.#run(inputs));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  dispose(): void {
    tf.dispose([...this.held]);
  }

  #run(inputs: readonly Float32Array[]): Float32Array {
    this.inputs.forEach((leaf, i) => {
      const size = sizeOf(leaf.shape);
      const values = inputs[i];
      if (values?.length !== size) throw new Error(`Input ${i} has ${size} values, not ${values?.length ?? 0}.`);
      leaf.data = values;
      leaf.tensor = null;
    });
    for (const { variable, before } of this.states) this.backend.lend(variable.dataId, before);
    this.backend.executor.run(this.plan);
    for (const { variable, after } of this.states) {
      if (after) replaceBy(variable, tf.engine().makeTensorFromTensorInfo(this.backend.adopt(after)));
    }
    const { data } = this.result;
    this.result.data = null;
    this.result.tensor = null;
    return data as Float32Array;
  }
}

/**
 * Records a computation: null where it reads values on its way, on which it may depend, or brings in data that may differ
 * from call to call, as dropout does.
 */
export function replayOf(
  backend: OnnxBackend,
  compute: Computation,
  shapes: readonly (readonly number[])[],
): Replay | null {
  backend.flush();
  const variables = Object.values(tf.engine().registeredVariables);
  if (variables.some(({ dataId }) => backend.lookup(dataId).data === null)) return null;
  const held: tf.Tensor[] = [];
  const hold = (tensor: tf.Tensor): tf.Tensor => {
    held.push(tf.keep(tensor));
    return tensor;
  };
  const originals = variables.map((variable) => tf.keep(variable.clone()));
  let replay: Replay | null = null;
  try {
    const inputs = shapes.map((shape) => hold(placeholder(backend, new Float32Array(sizeOf(shape)), shape, 'float32')));
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
    if (plan && result.dtype === 'float32') {
      const read = new Set(plan.leaves);
      const states = variables.map((variable, i): State => ({
        variable,
        before: valueOf(before[i]!),
        after: after[i] ? valueOf(after[i]) : null,
      }));
      const used = states.filter((state) => state.after !== null || read.has(state.before));
      replay = new Replay(backend, inputs.map(valueOf), used, valueOf(result), plan, held);
    }
    return replay;
  } finally {
    variables.forEach((variable, i) => {
      replaceBy(variable, originals[i]!);
    });
    if (replay === null) tf.dispose(held);
  }
}

/** A tensor whose data is to be replaced: what is recorded from it must not depend on them. */
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

/** Gives a variable a value that nobody else holds. */
function replaceBy(variable: tf.Variable, tensor: tf.Tensor): void {
  variable.assign(tensor);
  tensor.dispose();
}
