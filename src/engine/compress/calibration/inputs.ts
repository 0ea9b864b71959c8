import { tf, type layers as tfLayers } from '../../tf';
import { leavesOf } from '../../model/training-mode';
import { variablesByTensor } from '../../model/weights/binding';
import { columnsOf, type Columns } from './columns';
import { eachBatch, type Subject } from './subject';

type Layer = tfLayers.layers.Layer;

/** Images in one forward pass. */
const BATCH_SIZE = 100;

/** A kernel, by the name of its tensor, and the layer that multiplies it. */
export interface Multiplied {
  readonly name: string;
  readonly layer: Layer;
  readonly columns: Columns;
}

/** Those of the named tensors that are kernels of dense layers and convolutions of a running model. */
export function multipliedKernels(model: tfLayers.LayersModel, names: Iterable<string>): Multiplied[] {
  const leaves = leavesOf(model);
  return [...variablesByTensor(model, names)].flatMap(([name, variable]) => {
    const layer = leaves.find(({ weights }) => weights.includes(variable));
    const columns = layer && columnsOf(layer);
    return columns ? [{ name, layer, columns }] : [];
  });
}

/**
 * Tells, at each call of a layer and within its tidy, what its kernel is multiplied with.
 * @returns a function that ends it
 */
export function watch({ layer, columns }: Multiplied, hear: (columns: tf.Tensor2D) => void): () => void {
  const call = layer.call.bind(layer);
  // Not by way of its call hook, which convolutions do not invoke.
  layer.call = (inputs, kwargs) => {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (input) hear(columns(input));
    return call(inputs, kwargs);
  };
  return () => {
    layer.call = call;
  };
}

/** Sums of tensors by name; the running sum of each survives the tidies that it is made in. */
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
 * Sums up, over training images, what the named kernels are multiplied with: `part` makes a tensor of one call's columns.
 * @returns for each kernel of a dense layer or convolution its sum; others are absent
 * @throws CancelledError
 */
export async function sumOverInputs(
  subject: Subject,
  names: Iterable<string>,
  part: (columns: tf.Tensor2D) => tf.Tensor,
): Promise<Map<string, Float32Array>> {
  const sums = new TensorSums();
  const kernels = multipliedKernels(subject.classifier.model, names);
  const unwatch = kernels.map((kernel) =>
    watch(kernel, (columns) => {
      sums.add(kernel.name, part(columns));
    }),
  );
  try {
    await eachBatch(subject, BATCH_SIZE, async (batch) => {
      const logits = tf.tidy(() => subject.classifier.logits(batch, false));
      // Reading anything makes the backend compute all that is pending.
      await logits.data();
      logits.dispose();
    });
    const read = new Map<string, Float32Array>();
    for (const name of sums.names) read.set(name, (await sums.get(name)!.data<'float32'>()).slice());
    return read;
  } finally {
    for (const end of unwatch) end();
    sums.dispose();
  }
}
