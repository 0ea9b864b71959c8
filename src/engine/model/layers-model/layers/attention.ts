import * as z from 'zod';
import { tf } from '../../../tf';
import { OwnLayer, type Given, type Shapes, type Weight } from './own-layer';
import { shares } from './scores';

const Settings = z.object({
  useScale: z.boolean().optional(),
  scoreMode: z.enum(['dot', 'concat']).default('dot'),
  dropout: z.number().min(0).max(1).nullish(),
  useCausalMask: z.boolean().default(false),
  causal: z.boolean().default(false),
});

type Three = readonly [query: tf.Tensor, value: tf.Tensor, key: tf.Tensor];

/** Means of values, weighted by how a query fits their keys. Takes query and value, and keys where they are not the values. */
abstract class Attending extends OwnLayer<z.output<typeof Settings>> {
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [query, value] = this.#checked(shapes);
    return [...query!.slice(0, -1), value!.at(-1)!];
  }

  override call(given: Given, { training }: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const [query, value, key = value] = given as [tf.Tensor, tf.Tensor, tf.Tensor?];
      const { dropout, useCausalMask, causal } = this.settings;
      let weights = shares(this.scores([query, value, key]), useCausalMask || causal);
      if (training && dropout) weights = tf.dropout(weights, dropout);
      return tf.matMul(weights, value);
    });
  }

  /** The score of each query and key: `[batch, queries, keys]`. */
  protected abstract scores(inputs: Three): tf.Tensor;

  /** The length of a query. */
  protected lengthOf(shapes: Shapes): number {
    return this.#checked(shapes)[0]!.at(-1) ?? this.refuse('attends to vectors whose length is open');
  }

  #checked(shapes: Shapes): (number | null)[][] {
    const all = shapes as (number | null)[][];
    const fit = all.length >= 2 && all.length <= 3 && all.every((one) => Array.isArray(one) && one.length === 3);
    const [query, value, key] = all;
    if (!fit || query!.at(-1) !== (key ?? value)!.at(-1) || (key && key[1] !== value![1]))
      this.refuse('takes queries, values and keys that do not fit');
    return all;
  }
}

/** A tensor with the axis `axis` of length 1 in it. */
const pairs = ([query, , key]: Three): tf.Tensor => tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1));

class Attention extends Attending {
  static readonly className = 'Attention';
  #scale: Weight | undefined;
  #ofConcat: Weight | undefined;

  override build(): void {
    if (this.settings.useScale) this.#scale = this.weight('scale', []);
    if (this.settings.scoreMode === 'concat') this.#ofConcat = this.weight('concat_score_weight', []);
    this.built = true;
  }

  protected override scores(inputs: Three): tf.Tensor {
    const [query, , key] = inputs;
    const scaled = (x: tf.Tensor) => (this.#scale ? tf.mul(x, this.#scale.read()) : x);
    if (!this.#ofConcat) return scaled(tf.matMul(query, key, false, true));
    return tf.mul(this.#ofConcat.read(), tf.sum(tf.tanh(scaled(pairs(inputs))), -1));
  }
}

class AdditiveAttention extends Attending {
  static readonly className = 'AdditiveAttention';
  #scale: Weight | undefined;

  override build(shapes: Shapes): void {
    if (this.settings.useScale ?? true) this.#scale = this.weight('scale', [this.lengthOf(shapes)]);
    this.built = true;
  }

  protected override scores(inputs: Three): tf.Tensor {
    const bent = tf.tanh(pairs(inputs));
    return tf.sum(this.#scale ? tf.mul(bent, this.#scale.read()) : bent, -1);
  }
}

tf.serialization.registerClass(Attention);
tf.serialization.registerClass(AdditiveAttention);
