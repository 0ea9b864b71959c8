import { tf } from '../../src/engine/tf';
import type { ModelContent, Tensor } from '../../src/engine/checkpoint/types';
import { layers } from '../../src/engine/model/layers-model/tfjs-layers';
import { apply } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

type Symbolic = layers.SymbolicTensor;

/** A layer that the engine knows nothing of, though this test can run it: it turns channels around. */
class Turned extends layers.layers.Layer {
  static readonly className = 'Turned';
  override computeOutputShape(shape: layers.Shape): layers.Shape {
    return shape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.reverse(x, x.rank - 1);
  }
}

/** Lets stock TensorFlow.js run these networks. */
export async function registerBlocks(): Promise<void> {
  await tf.setBackend('cpu');
  tf.serialization.registerClass(Turned);
}

/** Blocks of a random network: each takes and makes images of 6 x 6, of any width. */
export class Builder {
  #names = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Draws a whole number below `most`. */
  next(most: number): number {
    this.#state = Math.imul(this.#state, 1664525) + 1013904223;
    return ((this.#state >>> 8) & 0xffff) % most;
  }

  name(kind: string): string {
    return `${kind}_${++this.#names}`;
  }

  conv(x: Symbolic, filters = 2 + this.next(4)): Symbolic {
    const make = layers.layers.conv2d({
      ...{ filters, kernelSize: 1 + 2 * this.next(2), padding: 'same', name: this.name('conv') },
      ...{ activation: this.next(2) ? 'relu' : 'linear', useBias: this.next(3) > 0 },
    });
    const y = apply(make, x);
    const [scale, center] = [this.next(3) > 0, this.next(3) > 0];
    return this.next(2) ? apply(layers.layers.batchNormalization({ scale, center, name: this.name('bn') }), y) : y;
  }

  block(x: Symbolic, depth = 0): Symbolic {
    const width = x.shape.at(-1)!;
    const wide = layers.layers;
    switch (this.next(depth > 1 ? 9 : 13)) {
      case 0:
        return apply(wide.add({ name: this.name('add') }), [this.conv(this.conv(x), width), x]);
      case 1:
        return apply(wide.concatenate({ name: this.name('cat') }), [this.conv(x), x, this.conv(x)]);
      case 2:
        return apply(
          wide.depthwiseConv2d({
            kernelSize: 3,
            padding: 'same',
            depthMultiplier: 1 + this.next(2),
            name: this.name('dw'),
          }),
          this.conv(x),
        );
      case 3: {
        const pooled = apply(wide.globalAveragePooling2d({ name: this.name('gap') }), x);
        const gate = apply(wide.dense({ units: width, activation: 'sigmoid', name: this.name('gate') }), pooled);
        return apply(wide.multiply({ name: this.name('mul') }), [
          x,
          apply(wide.reshape({ targetShape: [1, 1, width], name: this.name('reshape') }), gate),
        ]);
      }
      case 4:
        return apply(wide.multiply({ name: this.name('mul') }), [this.conv(x), this.conv(x, 1)]);
      case 5:
        return apply(
          wide.prelu({ sharedAxes: this.next(2) ? [1, 2] : [1, 2, 3], name: this.name('prelu') }),
          apply(
            wide.conv2dTranspose({ filters: 3 + this.next(3), kernelSize: 3, padding: 'same', name: this.name('up') }),
            x,
          ),
        );
      case 6:
        return apply(
          wide.separableConv2d({ filters: 2 + this.next(4), kernelSize: 3, padding: 'same', name: this.name('sep') }),
          x,
        );
      case 7:
        return apply(
          this.next(2) ? wide.layerNormalization({ name: this.name('ln') }) : new Turned({ name: this.name('turned') }),
          this.conv(x),
        );
      case 8: {
        const shared = wide.conv2d({ filters: 2 + this.next(3), kernelSize: 1, name: this.name('shared') });
        const [a, b] = [apply(shared, x), apply(shared, this.conv(x, width))];
        return apply(this.next(2) ? wide.add({ name: this.name('add') }) : wide.concatenate({ name: this.name('cat') }), [a, b]); // prettier-ignore
      }
      case 9:
        return this.model(x.shape, depth).apply(x) as Symbolic;
      case 10: {
        const encoder = this.model(x.shape, depth);
        const [a, b] = [encoder.apply(x) as Symbolic, encoder.apply(this.conv(x, width)) as Symbolic];
        return apply(this.next(2) ? wide.add({ name: this.name('add') }) : wide.concatenate({ name: this.name('cat') }), [a, b]); // prettier-ignore
      }
      case 11: {
        const [, height, across, channels] = x.shape;
        const inputShape = [height!, across!, channels!];
        const list = [
          wide.conv2d({
            filters: 3 + this.next(3),
            kernelSize: 3,
            padding: 'same',
            inputShape,
            name: this.name('conv'),
          }),
          wide.batchNormalization({ name: this.name('bn') }),
          wide.reLU({ name: this.name('relu') }),
        ];
        return layers.sequential({ layers: list, name: this.name('row') }).apply(x) as Symbolic;
      }
      default:
        return this.conv(x);
    }
  }

  /** A model to be put into another one. */
  model(shape: readonly (number | null)[], depth: number): layers.LayersModel {
    const input = layers.input({ shape: shape.slice(1), name: this.name('in') });
    const inner = this.block(this.conv(input), depth + 1);
    const outputs = this.next(3) === 0 ? apply(layers.layers.add({ name: this.name('add') }), [this.conv(inner, shape.at(-1)!), input]) : inner; // prettier-ignore
    return layers.model({ inputs: input, outputs, name: this.name('inner') });
  }

  network(): layers.LayersModel {
    const input = layers.input({ shape: [6, 6, 2], name: 'image' });
    let x = this.conv(input);
    for (let i = 0; i < 1 + this.next(3); i++) x = this.block(x);
    const pooled = this.next(2)
      ? apply(layers.layers.flatten({ name: 'flat' }), x)
      : apply(layers.layers.globalMaxPooling2d({ name: 'pooled' }), x);
    const hidden = apply(layers.layers.dense({ units: 4, activation: 'tanh', name: 'hidden' }), pooled);
    const ends = [apply(layers.layers.dense({ units: 3, activation: 'softmax', name: 'out' }), hidden)];
    if (this.next(3) === 0) ends.push(apply(layers.layers.dense({ units: 2, name: 'side' }), pooled));
    return layers.model({ inputs: input, outputs: ends });
  }
}

/** No weight is 0, so that one at the wrong channel shows. */
export function filled(model: ModelContent): ModelContent {
  const tensors = [...model.tensors.values()].map((tensor, i): [string, Tensor] => {
    const data = numbers(tensor.data.length, i + 1).map((value) =>
      tensor.shape.length > 1 ? value / 2 : 1 + value / 2,
    );
    return [tensor.name, { ...tensor, data }];
  });
  return { ...model, tensors: new Map(tensors) };
}

/** The outputs of stock TensorFlow.js for a model, and the shapes of its weights. */
export async function stock(
  model: ModelContent,
  shape: readonly number[] = [3, 6, 6, 2],
): Promise<{ outputs: number[][]; params: number }> {
  const weights = [...model.tensors.values()];
  const running = await layers.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: structuredClone(model.modelTopology),
        weightSpecs: weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' as const })),
        weightData: Float32Array.from(weights.flatMap(({ data }) => [...data])).buffer,
      }),
  });
  const outputs = tf.tidy(() => {
    const made = running.predict(
      tf.tensor(
        numbers(
          shape.reduce((all, size) => all * size, 1),
          5,
        ),
        [...shape],
      ),
    );
    return [made].flat().map((one) => [...one.dataSync()]);
  });
  const params = running.countParams();
  running.dispose();
  return { outputs, params };
}
