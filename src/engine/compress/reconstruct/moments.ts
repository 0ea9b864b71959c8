import { tf } from '../../tf';
import type { TaskedNetwork } from '../../measure/tasked-network';
import type { Product } from '../../model/network';
import { TensorSums } from '../calibration/inputs';
import { eachBatch, type Subject } from '../calibration/subject';
import type { NormalEquations } from './least-squares';

/** Images in one forward pass. */
const BATCH_SIZE = 100;

/** One layer in both models: the original gives the target outputs, the compressed model gives the inputs. */
export interface LayerPair {
  readonly original: Product;
  /** The original kernel, inputs x outputs. */
  readonly kernel: tf.Tensor2D;
  readonly compressed: Product;
}

/**
 * Sums over all rows: x is an input row of the compressed layer's kernel, y the output of the original kernel without its
 * bias. The caller disposes of the tensors.
 */
export interface Moments extends NormalEquations {
  readonly rows: number;
  /** Sums of x and of y, 1 x inputs and 1 x outputs. */
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
  /** Sums of the squares of y, 1 x outputs: centered as the equations are, and centered on its mean. */
  readonly squares: tf.Tensor2D;
  readonly variance: tf.Tensor2D;
}

/**
 * Runs the training images through both models, up to one layer.
 * @param centered whether the layer has a bias, which absorbs the means
 * @throws CancelledError
 */
export async function momentsOf(
  subject: Subject,
  compressedModel: TaskedNetwork,
  { original, kernel, compressed }: LayerPair,
  centered: boolean,
): Promise<Moments> {
  const sums = new TensorSums();
  const wanted: tf.Tensor[] = [];
  let rows = 0;
  const unwatch = [
    original.watch((columns) => {
      wanted.push(tf.keep(tf.matMul(columns, kernel)));
    }),
    compressed.watch((x) => {
      const y = wanted.shift();
      if (!y) throw new Error('a layer was called more often in the compressed model');
      rows += x.shape[0];
      sums.add('xx', tf.matMul(x, x, true));
      sums.add('diagonal', tf.sum(tf.square(x), 0, true));
      sums.add('xy', tf.matMul(x, y, true));
      sums.add('yy', tf.sum(tf.square(y), 0, true));
      sums.add('x', tf.sum(x, 0, true));
      sums.add('y', tf.sum(y, 0, true));
      y.dispose();
    }),
  ];
  try {
    await eachBatch(subject, BATCH_SIZE, async (batch) => {
      tf.tidy(() => {
        subject.tasked.scores(batch);
        compressedModel.scores(batch);
      });
      // Later layers are not computed, since their results were disposed of. Reading one sum computes all of them.
      await sums.get('y')?.data();
    });
    return { rows, ...tf.tidy(() => settled(sums, rows, centered)) };
  } finally {
    for (const end of unwatch) end();
    tf.dispose(wanted);
    sums.dispose();
  }
}

function settled(sums: TensorSums, rows: number, centered: boolean) {
  const of = (name: string) => sums.get(name) as tf.Tensor2D;
  const about = (sum: string, means: () => tf.Tensor2D): tf.Tensor2D =>
    centered ? tf.sub(of(sum), tf.div(means(), rows)) : tf.clone(of(sum));
  const [x, y] = [tf.clone(of('x')), tf.clone(of('y'))];
  const diagonal = about('diagonal', () => tf.square(x));
  return {
    x,
    y,
    squares: about('yy', () => tf.square(y)),
    variance: tf.sub<tf.Tensor2D>(of('yy'), tf.div(tf.square(y), rows)),
    moments: about('xx', () => tf.matMul(x, x, true)),
    diagonal: tf.reshape<tf.Rank.R2>(diagonal, [diagonal.size, 1]),
    products: about('xy', () => tf.matMul(x, y, true)),
  };
}
