import { tf } from '../../../tf';
import type { Sliced } from '../slices';
import { summedOver } from './score';

/**
 * The sum of a filter's Euclidean distances to all filters of its layer (FPGM: He et al. 2019, "Filter Pruning via
 * Geometric Median"). The filter with the smallest sum lies nearest to the geometric median, and the others can replace
 * it.
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
