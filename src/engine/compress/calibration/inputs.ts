import { layers as tfLayers, tf } from '../../backend/tf';
import { variablesByTensor } from '../../model/runnable';
import { columnsOf } from './columns';
import { eachBatch, type Subject } from './subject';

type Layer = tfLayers.layers.Layer;

/** Images in one forward pass. */
const BATCH_SIZE = 100;

/** A kernel and the layer that multiplies it. */
interface Watched {
  readonly name: string;
  readonly layer: Layer;
  readonly columns: (input: tf.Tensor) => tf.Tensor2D;
}

/**
 * Sums up, over training images, what the named kernels are multiplied with. `sum` makes a tensor of one batch's columns
 * (see `Columns`), in a tidy; those of all batches, and of all calls of a shared layer, are added up.
 * The layers of the subject's model, a copy, are watched for good.
 * @returns for each kernel of a dense layer or convolution its sum, which the caller disposes of; others are absent
 * @throws CancelledError
 */
export async function sumOverInputs(
  subject: Subject,
  names: Iterable<string>,
  sum: (columns: tf.Tensor2D) => tf.Tensor,
): Promise<Map<string, tf.Tensor>> {
  const watched = kernels(subject, names);
  const sums = new Map<string, tf.Tensor>();
  const add = (name: string, part: tf.Tensor): void => {
    const before = sums.get(name);
    sums.set(name, tf.keep(before ? tf.add(before, part) : part));
    before?.dispose();
  };
  try {
    for (const { name, layer, columns } of watched) {
      const call = layer.call.bind(layer);
      // Not by way of its call hook, which convolutions do not invoke.
      layer.call = (inputs, kwargs) => {
        const input = Array.isArray(inputs) ? inputs[0] : inputs;
        if (input) add(name, sum(columns(input)));
        return call(inputs, kwargs);
      };
    }
    await eachBatch(subject, BATCH_SIZE, async (batch) => {
      const logits = tf.tidy(() => subject.classifier.logits(batch, false));
      // Reading anything makes the backend compute all that is pending.
      await logits.data();
      logits.dispose();
    });
    return sums;
  } catch (error) {
    tf.dispose([...sums.values()]);
    throw error;
  }
}

function kernels({ classifier }: Subject, names: Iterable<string>): Watched[] {
  const leaves = leavesOf(classifier.model);
  return [...variablesByTensor(classifier.model, names)].flatMap(([name, variable]) => {
    const layer = leaves.find(({ weights }) => weights.includes(variable));
    const columns = layer && columnsOf(layer);
    return columns ? [{ name, layer, columns }] : [];
  });
}

/** The layers of a model, those of nested models in their place. */
const leavesOf = (model: tfLayers.LayersModel): Layer[] =>
  model.layers.flatMap((layer) => (layer instanceof tfLayers.LayersModel ? leavesOf(layer) : [layer]));
