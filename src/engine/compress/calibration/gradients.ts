import { tf } from '../../tf';
import type { Batch } from '../../dataset/examples';
import type { Pass } from '../../model/network';
import { meanCrossEntropy, oneHot } from '../../train/step';
import { eachBatch, type Subject } from './subject';

/** Gradients by the names that their weights have in the checkpoint, in the order of the weights. */
export type Gradients = ReadonlyMap<string, Float32Array>;

/** Variables by the names that they have in the checkpoint. */
export type Variables = ReadonlyMap<string, tf.Variable>;

/**
 * Gradients of the mean cross-entropy (without regularisers, layers as at inference) by the named weights, batch after
 * batch of training images. The weights stay as they are.
 * @param names tensors of the checkpoint; those that are no weights of the model are left out
 * @throws CancelledError
 */
export async function eachGradient(
  subject: Subject,
  names: Iterable<string>,
  batchSize: number,
  visit: (gradients: Gradients) => void,
): Promise<void> {
  const variables = variablesOf(subject, names);
  await eachBatch(subject, batchSize, async (batch) => {
    visit(await gradientsOf(subject, variables, batch));
  });
}

/** The variables of the named tensors. */
export function variablesOf({ classifier }: Subject, names: Iterable<string>): Map<string, tf.Variable> {
  const found = new Map<string, tf.Variable>();
  for (const name of names) {
    const variable = classifier.network.variables.get(name)?.variable;
    if (!variable) throw new Error(`the network has no weight ${name}`);
    // The network is a copy: layers that are frozen for training have gradients as well.
    variable.trainable = true;
    found.set(name, variable);
  }
  return found;
}

/** A pass as in training, and an optimiser's place: it is told the gradients, by the names of the variables, within the tidy. */
export interface TrainingPass {
  readonly pass: Pass;
  readonly step: (gradients: Readonly<Record<string, tf.Tensor>>) => void;
}

/** The gradients of one batch. */
export async function gradientsOf(
  { classifier }: Subject,
  variables: Variables,
  batch: Batch,
  { pass, step }: Partial<TrainingPass> = {},
): Promise<Gradients> {
  const found = tf.tidy(() => {
    const labels = tf.tensor2d(oneHot(batch, classifier.classes), [batch.count, classifier.classes]);
    const { grads } = tf.variableGrads(
      () => meanCrossEntropy(labels, classifier.logits(batch, pass)),
      [...variables.values()],
    );
    step?.(grads);
    return grads;
  });
  try {
    const read = new Map<string, Float32Array>();
    for (const [name, variable] of variables) {
      const gradient = found[variable.name];
      if (gradient) read.set(name, await gradient.data<'float32'>());
    }
    return read;
  } finally {
    tf.dispose(found);
  }
}
