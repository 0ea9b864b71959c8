import { capture } from '../backend';
import { tf } from '../backend/tf';
import type { LayersModel } from '../model/runnable';

/** Forward passes of a model whose weights stay as they are. */
export interface ForwardPass {
  /** Computes and reads the outputs. */
  run(): Promise<void>;
  dispose(): void;
}

/**
 * A forward pass on these values: recorded once and run again where the backend can do that and the model has one output,
 * else through tfjs each time. What tfjs spends on a call, a tenth of a millisecond and more, would hide the network's own
 * time at a batch of one.
 */
export function forwardPass(model: LayersModel, values: Float32Array, shape: readonly number[]): ForwardPass {
  const apply = (input: tf.Tensor) => model.apply(input, { training: false }) as tf.Tensor | tf.Tensor[];
  const replay = model.outputs.length === 1 ? capture((input) => apply(input) as tf.Tensor, shape) : null;
  if (replay !== null) {
    return {
      run() {
        replay.run(values);
        return Promise.resolve();
      },
      dispose: () => {
        replay.dispose();
      },
    };
  }
  const input = tf.tensor(values, [...shape]);
  return {
    async run() {
      const outputs = tf.tidy(() => [apply(input)].flat());
      await Promise.all(outputs.map((output) => output.data()));
      tf.dispose(outputs);
    },
    dispose: () => {
      input.dispose();
    },
  };
}
