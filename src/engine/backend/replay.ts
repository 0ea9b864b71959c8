import { sizeOf } from './graph/native-types';
import type { Plan } from './graph/plan';
import type { OnnxBackend } from './onnx-backend';
import { tf } from './tf';

/** A function of one float32 tensor that has no other effect than its result, one float32 tensor. */
export type Computation = (input: tf.Tensor) => tf.Tensor;

/** A computation that was recorded once. */
export class Replay {
  constructor(
    private readonly backend: OnnxBackend,
    private readonly input: tf.Tensor,
    private readonly output: tf.Tensor,
    private readonly plan: Plan,
  ) {}

  /**
   * @param values of the input, in its shape
   * @returns those of the result
   * @throws Error where their number differs from that of the input, or the run fails
   */
  run(values: Float32Array): Float32Array {
    if (values.length !== this.input.size)
      throw new Error(`The recorded input has ${this.input.size} values, not ${values.length}.`);
    const [leaf, result] = [this.backend.lookup(this.input.dataId), this.backend.lookup(this.output.dataId)];
    leaf.data = values;
    leaf.tensor = null;
    this.backend.executor.run(this.plan);
    const { data } = result;
    result.data = null;
    result.tensor = null;
    return data as Float32Array;
  }

  /** Frees what the plan holds. */
  dispose(): void {
    tf.dispose([this.output, this.input]);
  }
}

/** See `capture`. */
export function replayOf(backend: OnnxBackend, compute: Computation, shape: readonly number[]): Replay | null {
  backend.flush();
  const input = tf.tensor(new Float32Array(sizeOf(shape)), [...shape]);
  try {
    backend.lookup(input.dataId).placeholder = true;
    const { observations } = backend;
    const output = tf.tidy(() => compute(input));
    const plan = backend.observations === observations ? backend.withdraw(output.dataId) : null;
    if (plan !== null && output.dtype === 'float32') return new Replay(backend, tf.keep(input), tf.keep(output), plan);
    tf.dispose([output, input]);
    return null;
  } catch (error) {
    input.dispose();
    throw error;
  }
}
