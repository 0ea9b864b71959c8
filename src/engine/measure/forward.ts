import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { tf } from '../tf';
import { answersOf, type LayersModel } from '../model/runnable';

/** Forward passes of a model for inputs of this shape: all its outputs, one after the other. */
export function forwardPass(model: LayersModel, shape: readonly number[]): TracedFunction {
  return trace(
    (input) => {
      const outputs = answersOf(model, input, false);
      return outputs.length === 1 ? outputs[0]! : tf.concat(outputs.map((output) => tf.reshape(output, [-1])));
    },
    [shape],
  );
}
