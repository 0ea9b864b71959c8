import * as z from 'zod';
import { UserError } from '../../../../protocol/errors';
import type { tf } from '../../../tf';
import { layers as tfLayers } from '../tfjs-layers';

const { Layer } = tfLayers.layers;

/** A weight of a running layer. */
export type Weight = tfLayers.LayerVariable;
/** The input of a layer: one tensor, or several. */
export type Given = tf.Tensor | tf.Tensor[];
/** Shapes as TensorFlow.js passes them to a layer: of one input, or of each. */
export type Shapes = tfLayers.Shape | tfLayers.Shape[];

/** A regularizer in the configuration of a layer. */
export const Regularizer = z
  .object({ config: z.object({ l1: z.number().default(0), l2: z.number().default(0) }) })
  .transform(({ config }) => tfLayers.regularizers.l1l2(config))
  .nullish();

/**
 * A Keras layer that TensorFlow.js lacks, or computes differently. A schema checks its settings, whose names are as in
 * TypeScript.
 */
export abstract class OwnLayer<S> extends Layer {
  protected readonly settings: S;
  readonly #given: tf.serialization.ConfigDict;

  /** @throws UserError naming an invalid setting */
  constructor(given: tf.serialization.ConfigDict, schema: z.ZodType<S>) {
    super(given);
    this.#given = given;
    const read = schema.safeParse(given);
    if (!read.success) {
      const where = read.error.issues[0]?.path.join('.') ?? '';
      throw new UserError(
        `The layer "${this.name}" has a setting "${where}" that cannot be read, so the model cannot be evaluated or trained: convert it again.`,
      );
    }
    this.settings = read.data;
  }

  /** @param trainable false for statistics */
  protected weight(
    name: string,
    shape: number[],
    regularizer?: z.output<typeof Regularizer>,
    trainable = true,
  ): Weight {
    return this.addWeight(name, shape, 'float32', tfLayers.initializers.zeros(), regularizer ?? undefined, trainable);
  }

  /** @throws UserError that names the layer. @param what the fault, as the end of a sentence */
  protected refuse(what: string): never {
    throw new UserError(`The layer "${this.name}" ${what}, so the model cannot be evaluated or trained.`);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#given };
  }
}

/** Returns the only input of a layer. */
export const only = (given: Given): tf.Tensor => (Array.isArray(given) ? given[0]! : given);

/** Returns the shape of the only input, or of the first. */
export const firstShape = (shapes: Shapes): tfLayers.Shape =>
  (Array.isArray(shapes[0]) ? shapes[0] : shapes) as tfLayers.Shape;

/** Converts an axis to a number counted from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis);
