import type { ModelContent, Tensor } from '../../src/engine/checkpoint/types';
import type { Network, NetworkVariable, Product } from '../../src/engine/model/network';
import { tf } from '../../src/engine/tf';

/** The name of its format. */
export const PLAIN = 'plain';

const tensor = (name: string, shape: readonly number[], data: Float32Array): Tensor => ({
  ...{ name, shape, data },
  dtype: 'float32',
});

/** Random weights of one dense kernel, inputs x outputs, and a bias: what a reader of another format would answer with. */
export function plainContent(inputs: number, outputs: number): ModelContent {
  const kernel = Float32Array.from({ length: inputs * outputs }, (_, i) => Math.sin((i + 1) * 12.9898) / 10);
  const tensors = [tensor('w', [inputs, outputs], kernel), tensor('b', [outputs], new Float32Array(outputs))];
  return { modelTopology: {}, format: PLAIN, tensors: new Map(tensors.map((one) => [one.name, one])) };
}

/** A function of two variables, with no layers behind it: what a new format has to give. */
export class PlainNetwork implements Network {
  readonly inputs: Network['inputs'];
  readonly outputs: Network['outputs'];
  readonly variables: ReadonlyMap<string, NetworkVariable>;
  readonly largestOutput: number;
  readonly #listeners = new Set<(columns: tf.Tensor2D) => void>();

  constructor({ tensors }: ModelContent) {
    const [rows = 0, columns = 0] = tensors.get('w')!.shape;
    this.inputs = [{ name: 'x', shape: [null, rows], values: { kind: 'numbers' } }];
    this.outputs = [{ name: 'y', shape: [null, columns], kind: 'logits' }];
    this.largestOutput = Math.max(rows, columns);
    this.variables = new Map(
      Array.from(tensors.values(), ({ name, shape, data }) => {
        const variable = tf.tidy(() => tf.variable(tf.tensor(data, [...shape])));
        return [name, { name, variable, trainable: true }];
      }),
    );
  }

  forward([x]: readonly tf.Tensor[]): tf.Tensor[] {
    for (const hear of this.#listeners) hear(x as tf.Tensor2D);
    return [tf.add(tf.matMul(x as tf.Tensor2D, this.#values('w')), this.#values('b'))];
  }

  products(names: Iterable<string>): Product[] {
    if (![...names].includes('w')) return [];
    const watch: Product['watch'] = (hear) => {
      this.#listeners.add(hear);
      return () => this.#listeners.delete(hear);
    };
    return [{ name: 'w', bias: 'b', watch }];
  }

  penalties = (): [] => [];
  splitPointsBefore = (): [] => [];
  kernelLayers = (): [] => [];
  normalizations = (): [] => [];
  layerOutputs = (): [] => [];
  layerRuns = (): [] => [];

  dispose(): void {
    for (const { variable } of this.variables.values()) variable.dispose();
  }

  #values(name: string): tf.Tensor2D {
    return this.variables.get(name)!.variable as tf.Tensor as tf.Tensor2D;
  }
}
