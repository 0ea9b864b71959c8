import * as z from 'zod';
import { tf } from '../../../tf';
import { OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';
import { shares } from './scores';

const Size = z.number().int().positive();
const Settings = z.object({
  numHeads: Size,
  keyDim: Size,
  valueDim: Size.nullish(),
  dropout: z.number().min(0).max(1).default(0),
  useBias: z.boolean().default(true),
  outputShape: z.union([Size.transform((one) => [one]), z.array(Size)]).nullish(),
  attentionAxes: z.union([z.number().transform((one) => [one]), z.array(z.number())]).nullish(),
  useCausalMask: z.boolean().default(false),
  kernelRegularizer: Regularizer,
  biasRegularizer: Regularizer,
});

type Projection = readonly [kernel: Weight, bias: Weight | undefined];

/** Attention in several heads at once. Takes query and value, and keys where they are not the values. */
class MultiHeadAttention extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'MultiHeadAttention';
  readonly #projections = new Map<string, Projection>();
  readonly #valueDim: number;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    this.#valueDim = this.settings.valueDim ?? this.settings.keyDim;
  }

  override build(shapes: Shapes): void {
    const [query, value, key = value] = this.#checked(shapes);
    const { numHeads: heads, keyDim } = this.settings;
    const valueDim = this.#valueDim;
    const lengthOf = (shape: readonly (number | null)[]) =>
      shape.at(-1) ?? this.refuse('attends to vectors whose length is open');
    this.#project('query', [lengthOf(query!), heads, keyDim], [heads, keyDim]);
    this.#project('key', [lengthOf(key!), heads, keyDim], [heads, keyDim]);
    this.#project('value', [lengthOf(value!), heads, valueDim], [heads, valueDim]);
    const output = this.settings.outputShape ?? [lengthOf(query!)];
    this.#project('attention_output', [heads, valueDim, ...output], output);
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [query] = this.#checked(shapes);
    return [...query!.slice(0, -1), ...(this.settings.outputShape ?? [query!.at(-1)!])];
  }

  override call(given: Given, { training }: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const [query, value, key = value] = given as [tf.Tensor, tf.Tensor, tf.Tensor?];
      const { keyDim, dropout, useCausalMask, outputShape } = this.settings;
      const queries = tf.mul(this.#heads('query', query, keyDim), 1 / Math.sqrt(keyDim));
      let weights = shares(tf.matMul(queries, this.#heads('key', key, keyDim), false, true), useCausalMask);
      if (training && dropout > 0) weights = tf.dropout(weights, dropout);
      const means = tf.matMul(weights, this.#heads('value', value, this.#valueDim));
      const rows = tf.reshape(tf.transpose(means, [0, 2, 1, 3]), [-1, this.settings.numHeads * this.#valueDim]);
      const made = outputShape ?? [query.shape.at(-1)!];
      return tf.reshape(this.#product('attention_output', rows), [...query.shape.slice(0, -1), ...made]);
    });
  }

  /** The projected input: `[batch, heads, places, length]`, with all places in one axis. */
  #heads(name: string, x: tf.Tensor, length: number): tf.Tensor {
    const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
    const places = x.shape.slice(1, -1).reduce((all, one) => all * one, 1);
    const projected = tf.reshape(this.#product(name, rows), [x.shape[0], places, this.settings.numHeads, length]);
    return tf.transpose(projected, [0, 2, 1, 3]);
  }

  #product(name: string, rows: tf.Tensor): tf.Tensor {
    const [kernel, bias] = this.#projections.get(name)!;
    const sums = tf.matMul(rows, tf.reshape(kernel.read(), [rows.shape[1]!, -1]));
    return bias ? tf.add(sums, tf.reshape(bias.read(), [-1])) : sums;
  }

  #project(name: string, kernel: number[], bias: number[]): void {
    const { useBias, kernelRegularizer, biasRegularizer } = this.settings;
    this.#projections.set(name, [
      this.weight(`${name}/kernel`, kernel, kernelRegularizer),
      useBias ? this.weight(`${name}/bias`, bias, biasRegularizer) : undefined,
    ]);
  }

  #checked(shapes: Shapes): (number | null)[][] {
    const all = shapes as (number | null)[][];
    if (!Array.isArray(all[0]) || all.length < 2 || all.length > 3 || all.some((one) => one.length < 3))
      this.refuse('takes no queries and values');
    const [, value, key = value] = all;
    if (key!.slice(1, -1).join() !== value!.slice(1, -1).join()) this.refuse('takes keys and values that do not fit');
    const { attentionAxes: axes } = this.settings;
    const rank = all[0].length;
    const inner = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    if (axes && axes.map((axis) => (axis < 0 ? rank + axis : axis)).join() !== inner.join())
      this.refuse('attends along some axes of its input only, which is not supported');
    if (this.settings.useCausalMask && rank > 3)
      this.refuse('has a causal mask over several axes, which is not supported');
    return all;
  }
}

tf.serialization.registerClass(MultiHeadAttention);
