import type { Network } from '../../model/network';
import { tf } from '../../tf';

/** A result, and the outputs of layers on the way to it, which the caller disposes of. */
export interface Heard<T> {
  readonly result: T;
  readonly outputs: readonly tf.Tensor[];
}

/**
 * Runs a pass of a network, and keeps the outputs of some layers, in the order of their names.
 * @param names layers that the pass calls once
 */
export function hear<T>(network: Network, names: readonly string[], pass: () => T): Heard<T> {
  const heard = new Map<string, tf.Tensor>();
  const ends = network.layerOutputs(new Set(names)).map((layer) =>
    layer.watch((output) => {
      // Models dispose of what their layers returned.
      heard.set(layer.name, tf.keep(output.clone()));
    }),
  );
  try {
    const result = pass();
    return { result, outputs: names.map((name) => heard.get(name)!) };
  } finally {
    for (const end of ends) end();
  }
}
