import { tf } from '../../../tf';
import type { Sliced } from '../slices';
import { summedOver } from './score';

/**
 * The sum of a filter's Euclidean distances to all filters of its layer: the smallest lies nearest to their geometric
 * median, and the others can stand in for it (FPGM: He et al. 2019, "Filter Pruning via Geometric Median").
 */
export const fpgm = summedOver('kernel', distances);

async function distances({ tensor, axis }: Sliced): Promise<Float64Array> {
  const count = tensor.shape[axis]!;
  const products = tf.tidy(() => {
    const axes = [axis, ...tensor.shape.keys()].filter((one, i) => i === 0 || one !== axis);
    const filters = tf.reshape(tf.transpose(tf.tensor(tensor.data, [...tensor.shape]), axes), [count, -1]);
    return tf.matMul(filters, filters, false, true);
  });
  const gram = await products.data<'float32'>();
  products.dispose();
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++)
      sums[i]! += Math.sqrt(Math.max(0, gram[i * count + i]! + gram[j * count + j]! - 2 * gram[i * count + j]!));
  return sums;
}
