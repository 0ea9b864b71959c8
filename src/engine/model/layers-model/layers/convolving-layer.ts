import type { z } from 'zod';
import { tf } from '../../../tf';
import { activationFunction } from './activation-function';
import { convolved, pair, type Convolving } from './convolving';
import { firstShape, OwnLayer, type Shapes, type Weight } from './own-layer';

/** A convolution over images whose channels come last, with the parts that do not depend on its kernel. */
export abstract class ConvolvingLayer<S extends z.output<typeof Convolving>> extends OwnLayer<S> {
  protected kernel: Weight | undefined;
  #bias: Weight | undefined;
  readonly #activate: (x: tf.Tensor) => tf.Tensor;

  constructor(given: tf.serialization.ConfigDict, schema: z.ZodType<S>) {
    super(given, schema);
    this.#activate = activationFunction(this.settings.activation);
  }

  /** Returns the number of channels of the output. */
  protected abstract channelsAfter(channels: number): number;

  /** Adds the bias, if the layer has one. */
  protected addBias(channels: number): void {
    const { useBias, biasRegularizer } = this.settings;
    if (useBias) this.#bias = this.weight('bias', [channels], biasRegularizer);
  }

  /** Returns the output from the sums of the convolution: with bias and activation. */
  protected finished(sums: tf.Tensor): tf.Tensor {
    return this.#activate(this.#bias ? tf.add(sums, this.#bias.read()) : sums);
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [batch, ...places] = firstShape(shapes);
    const { kernelSize, strides, dilationRate, padding } = this.settings;
    const sides = [0, 1].map((i) =>
      convolved(places[i]!, pair(kernelSize)[i]!, pair(strides)[i]!, pair(dilationRate)[i]!, padding),
    );
    return [batch!, ...sides, this.channelsAfter(places[2]!)];
  }
}
