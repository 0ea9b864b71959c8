import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { tf } from '../tf';
import { INFERENCE, type Network } from '../model/network';

/** Traces the forward pass of a network for inputs of these shapes; it returns all outputs in order. */
export function forwardPass(network: Network, shapes: readonly (readonly number[])[]): TracedFunction {
  return trace((...inputs) => {
    const outputs = network.forward(inputs, INFERENCE);
    return outputs.length === 1 ? outputs[0]! : tf.concat(outputs.map((output) => tf.reshape(output, [-1])));
  }, shapes);
}
