import * as z from 'zod';
import { tf } from '../../../tf';
import { activationFunction } from '../layers/activation-function';
import { layers as tfLayers } from '../tfjs-layers';

const { Layer } = tfLayers.layers;

const L1L2 = z.object({ config: z.object({ l1: z.number().optional(), l2: z.number().optional() }) }).nullish();
const Arguments = z.looseObject({
  units: z.number().int().positive(),
  activation: z.string().default('tanh'),
  recurrentActivation: z.string().default('sigmoid'),
  useBias: z.boolean().default(true),
  dropout: z.number().default(0),
  recurrentDropout: z.number().default(0),
  kernelRegularizer: L1L2,
  recurrentRegularizer: L1L2,
  biasRegularizer: L1L2,
});
type Arguments = z.infer<typeof Arguments>;

/** One step of a GRU whose reset gate acts after the matrix product, with a bias of its own there. */
class GruResetAfterCell extends Layer {
  static readonly className = 'GRUResetAfterCell';
  readonly stateSize: number;
  /** The dropout mask, drawn once for all steps of a sequence. */
  dropoutMask: tf.Tensor[] = [];
  recurrentDropoutMask: tf.Tensor[] = [];
  readonly #given: Arguments;
  readonly #activate: (x: tf.Tensor) => tf.Tensor;
  readonly #activateGate: (x: tf.Tensor) => tf.Tensor;
  #kernel!: tfLayers.LayerVariable;
  #recurrentKernel!: tfLayers.LayerVariable;
  #bias: tfLayers.LayerVariable | undefined;

  constructor(given: Arguments) {
    super({});
    this.#given = given;
    this.stateSize = given.units;
    this.#activate = activationFunction(given.activation);
    this.#activateGate = activationFunction(given.recurrentActivation);
  }

  override build(shape: tfLayers.Shape): void {
    const { units, useBias, kernelRegularizer, recurrentRegularizer, biasRegularizer } = this.#given;
    const add = (name: string, size: number[], regularizer: z.infer<typeof L1L2>) =>
      this.addWeight(
        name,
        size,
        'float32',
        tfLayers.initializers.zeros(),
        regularizer
          ? tfLayers.regularizers.l1l2({ l1: regularizer.config.l1 ?? 0, l2: regularizer.config.l2 ?? 0 })
          : undefined,
      );
    this.#kernel = add('kernel', [shape.at(-1)!, 3 * units], kernelRegularizer);
    this.#recurrentKernel = add('recurrent_kernel', [units, 3 * units], recurrentRegularizer);
    if (useBias) this.#bias = add('bias', [2, 3 * units], biasRegularizer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean }): tf.Tensor[] {
    const [x, state] = inputs as [tf.Tensor2D, tf.Tensor2D];
    return tf.tidy(() => {
      const { dropout, recurrentDropout } = this.#given;
      if (training && dropout > 0 && this.dropoutMask.length === 0)
        this.dropoutMask = [tf.keep(tf.dropout(tf.onesLike(x), dropout))];
      if (training && recurrentDropout > 0 && this.recurrentDropoutMask.length === 0)
        this.recurrentDropoutMask = [tf.keep(tf.dropout(tf.onesLike(state), recurrentDropout))];
      const masked = (value: tf.Tensor2D, mask: tf.Tensor | undefined) => (mask ? tf.mul(value, mask) : value);
      const [biasOfInput, biasOfState] = this.#bias ? tf.unstack(this.#bias.read()) : [];
      const product = (value: tf.Tensor, kernel: tfLayers.LayerVariable, bias: tf.Tensor | undefined) => {
        const sums = tf.matMul(value, kernel.read());
        return tf.split(bias ? tf.add(sums, bias) : sums, 3, 1);
      };
      const [z0, r0, h0] = product(masked(x, this.dropoutMask[0]), this.#kernel, biasOfInput);
      const h = masked(state, this.recurrentDropoutMask[0]);
      const [z1, r1, h1] = product(h, this.#recurrentKernel, biasOfState);
      const update = this.#activateGate(tf.add(z0!, z1!));
      const reset = this.#activateGate(tf.add(r0!, r1!));
      const candidate = this.#activate(tf.add(h0!, tf.mul(reset, h1!)));
      const next = tf.add(tf.mul(update, state), tf.mul(tf.sub(1, update), candidate));
      return [next, next];
    });
  }

  forgetMasks(): void {
    tf.dispose([this.dropoutMask, this.recurrentDropoutMask]);
    [this.dropoutMask, this.recurrentDropoutMask] = [[], []];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

/**
 * The GRU of Keras with `reset_after`, its default since version 2.1, which TensorFlow.js lacks. It is registered under
 * a name that no description uses.
 */
export class GruResetAfter extends tfLayers.RNN {
  static override readonly className = 'GRUResetAfter';
  readonly #given: tf.serialization.ConfigDict;
  readonly #cell: GruResetAfterCell;

  constructor(given: tf.serialization.ConfigDict) {
    const cell = new GruResetAfterCell(Arguments.parse(given));
    // The class of cells is not exported; a cell is any layer with a state size.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    super({ ...given, cell });
    this.#given = given;
    this.#cell = cell;
  }

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    { mask, training, initialState }: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] {
    this.#cell.forgetMasks();
    return super.call(inputs, { mask, training, initialState });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.#given, name: this.name, goBackwards: this.goBackwards };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(config);
  }
}

tf.serialization.registerClass(GruResetAfter);
