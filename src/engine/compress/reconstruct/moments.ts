import { tf } from '../../tf';
import type { Classifier } from '../../measure/classifier';
import type { Product } from '../../model/network';
import { TensorSums } from '../calibration/inputs';
import { eachBatch, type Subject } from '../calibration/subject';
import type { NormalEquations } from './least-squares';

/** Images in one forward pass. */
const BATCH_SIZE = 100;

/** One layer in the model as it was, whose outputs are wanted, and in the pruned model, whose inputs it gets. */
export interface LayerPair {
  readonly original: Product;
  /** The kernel as it was, inputs x outputs. */
  readonly kernel: tf.Tensor2D;
  readonly pruned: Product;
}

/** Sums over all rows x of what the pruned layer's kernel is multiplied with, and y of what came out of the original one, its bias left out. The caller disposes of the tensors. */
export interface Moments extends NormalEquations {
  readonly rows: number;
  /** Sums of x and of y, 1 x inputs and 1 x outputs. */
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
  /** Sums of the squares of y, about what the equations are about, and about its mean: 1 x outputs. */
  readonly squares: tf.Tensor2D;
  readonly variance: tf.Tensor2D;
}

/**
 * Runs the training images through both models as far as one layer.
 * @param centred whether the layer has a bias, which takes up the means
 * @throws CancelledError
 */
export async function momentsOf(
  subject: Subject,
  prunedModel: Classifier,
  { original, kernel, pruned }: LayerPair,
  centred: boolean,
): Promise<Moments> {
  const sums = new TensorSums();
  const wanted: tf.Tensor[] = [];
  let rows = 0;
  const unwatch = [
    original.watch((columns) => {
      wanted.push(tf.keep(tf.matMul(columns, kernel)));
    }),
    pruned.watch((x) => {
      const y = wanted.shift();
      if (!y) throw new Error('a layer was called more often in the pruned model');
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
        subject.classifier.logits(batch);
        prunedModel.logits(batch);
      });
      // What lies behind the layer was disposed of, so it is not computed; reading one sum computes all.
      await sums.get('y')?.data();
    });
    return { rows, ...tf.tidy(() => settled(sums, rows, centred)) };
  } finally {
    for (const end of unwatch) end();
    tf.dispose(wanted);
    sums.dispose();
  }
}

function settled(sums: TensorSums, rows: number, centred: boolean) {
  const of = (name: string) => sums.get(name) as tf.Tensor2D;
  const about = (sum: string, means: () => tf.Tensor2D): tf.Tensor2D =>
    centred ? tf.sub(of(sum), tf.div(means(), rows)) : tf.clone(of(sum));
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
