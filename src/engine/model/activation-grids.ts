import { ActivationGrids, type ActivationGrid } from '../../protocol/activations';
import type { ModelContent } from '../checkpoint/types';
import { tf } from '../tf';

/** Key in the metadata of a model, beside its provenance: the grids are a part of the model. */
const KEY = 'secateurActivations';
/** Levels of 8 bits. */
const MOST = 255;

const NONE: ReadonlyMap<string, ActivationGrid> = new Map();

/** Reads the grids on which layers of a model take their inputs, by kernel; empty where there are none. Names of kernels that are gone are left out. */
export function activationGrids({
  metadata,
  tensors,
}: Pick<ModelContent, 'metadata' | 'tensors'>): ReadonlyMap<string, ActivationGrid> {
  const { data } = ActivationGrids.safeParse(metadata?.[KEY]);
  return data ? new Map(Object.entries(data).filter(([name]) => tensors.has(name))) : NONE;
}

/** Returns a model whose layers take their inputs on grids. */
export const withActivationGrids = (model: ModelContent, grids: ReadonlyMap<string, ActivationGrid>): ModelContent => ({
  ...model,
  metadata: { ...model.metadata, [KEY]: Object.fromEntries(grids) },
});

/**
 * Rounds to a grid, as QuantizeLinear and DequantizeLinear of ONNX do: halves to the even level, and values beyond the ends to
 * these. The gradient passes straight through between the ends (Bengio et al. 2013). Call it within a tidy.
 */
export function fakeQuantize(x: tf.Tensor, { scale, zeroPoint }: ActivationGrid): tf.Tensor {
  const [lowest, highest] = [-zeroPoint, MOST - zeroPoint];
  const rounded = tf.customGrad((given, save) => {
    const input = given as tf.Tensor;
    const level = tf.clipByValue(tf.round(tf.div(input, scale)), lowest, highest);
    (save as tf.GradSaveFunc)([input]);
    return {
      value: tf.mul(level, scale),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const within = tf.logicalAnd(
          tf.greaterEqual(saved[0]!, lowest * scale),
          tf.lessEqual(saved[0]!, highest * scale),
        );
        return tf.mul(dy, tf.cast(within, 'float32'));
      },
    };
  });
  return rounded(x);
}
