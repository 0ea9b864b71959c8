import * as z from 'zod';
import { tf } from '../../../tf';
import { einsumOf, type Einsum } from '../../op/einsum';
import { activationFunction } from './activation-function';
import { contraction } from './contraction';
import { firstShape, only, OwnLayer, Regularizer, type Given, type Shapes, type Weight } from './own-layer';

const Size = z.number().int().positive().nullable();
const Settings = z.object({
  equation: z.string().max(100),
  outputShape: z.union([Size.transform((one) => [one]), z.array(Size)]),
  activation: z.string().nullish(),
  biasAxes: z.string().nullish(),
  kernelRegularizer: Regularizer,
  biasRegularizer: Regularizer,
});

/** Multiplies by a kernel along any axes, as an equation says. */
class EinsumDense extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'EinsumDense';
  readonly #activate: (x: tf.Tensor) => tf.Tensor;
  #einsum: Einsum | undefined;
  #kernel: Weight | undefined;
  #bias: Weight | undefined;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    this.#activate = activationFunction(this.settings.activation);
  }

  override build(shapes: Shapes): void {
    this.#einsum = this.#read(shapes);
    const { kernel, bias } = this.#einsum;
    const known = (sizes: readonly (number | null)[]): number[] =>
      sizes.map((size) => size ?? this.refuse('multiplies along an axis whose size is open'));
    this.#kernel = this.weight('kernel', known(kernel), this.settings.kernelRegularizer);
    if (bias) this.#bias = this.weight('bias', known(bias), this.settings.biasRegularizer);
    this.built = true;
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    return [...this.#read(shapes).output];
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const { axes } = this.#einsum!;
      const sums = contraction(only(given), this.#kernel!.read(), axes);
      return this.#activate(this.#bias ? tf.add(sums, this.#bias.read()) : sums);
    });
  }

  #read(shapes: Shapes): Einsum {
    const { equation, outputShape, biasAxes } = this.settings;
    return (
      einsumOf({ equation, target: outputShape, biasAxes: biasAxes ?? null }, firstShape(shapes)) ??
      this.refuse(`has an equation that does not fit its input ("${equation}")`)
    );
  }
}

tf.serialization.registerClass(EinsumDense);
