import { tf } from '../../tf';
import { eachBatch, type Subject } from './subject';

/** Images in one forward pass, fewer where the columns of a window of 3 x 3 would take more numbers than `MOST_NUMBERS`. */
const BATCH_SIZE = 100;
const MOST_NUMBERS = 2 ** 26;
const WINDOW = 9;

/** Sums of tensors by name. Each sum survives the tidies in which it is made. */
export class TensorSums {
  private readonly sums = new Map<string, tf.Tensor>();

  add(name: string, part: tf.Tensor): void {
    const before = this.sums.get(name);
    this.sums.set(name, tf.keep(before ? tf.add(before, part) : part));
    before?.dispose();
  }

  get(name: string): tf.Tensor | undefined {
    return this.sums.get(name);
  }

  get names(): string[] {
    return [...this.sums.keys()];
  }

  dispose(): void {
    tf.dispose([...this.sums.values()]);
    this.sums.clear();
  }
}

/**
 * Sums up the inputs of the named kernels over training images: `part` makes a tensor from the columns of one call.
 * @returns the sum for each kernel of a dense layer or convolution; other kernels are absent
 * @throws CancelledError
 */
export async function sumOverInputs(
  subject: Subject,
  names: Iterable<string>,
  part: (columns: tf.Tensor2D, name: string) => tf.Tensor,
): Promise<Map<string, Float32Array>> {
  const sums = new TensorSums();
  const unwatch = subject.tasked.network.products(names).map((product) =>
    product.watch((columns) => {
      sums.add(product.name, part(columns, product.name));
    }),
  );
  const fitting = Math.floor(MOST_NUMBERS / (WINDOW * subject.tasked.network.largestOutput));
  try {
    await eachBatch(subject, Math.max(1, Math.min(BATCH_SIZE, fitting)), async (batch) => {
      const scores = tf.tidy(() => subject.tasked.scores(batch));
      // The backend computes pending work only when something is read.
      await scores.data();
      scores.dispose();
    });
    const read = new Map<string, Float32Array>();
    for (const name of sums.names) read.set(name, (await sums.get(name)!.data<'float32'>()).slice());
    return read;
  } finally {
    for (const end of unwatch) end();
    sums.dispose();
  }
}
