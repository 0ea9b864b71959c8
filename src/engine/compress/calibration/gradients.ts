import { tf } from '../../tf';
import type { Batch } from '../../dataset/examples';
import type { Pass } from '../../model/network';
import { eachBatch, type Subject } from './subject';

/** Gradients by tensor name in the checkpoint, in the order of the weights. */
export type Gradients = ReadonlyMap<string, Float32Array>;

/** Variables by tensor name in the checkpoint. */
export type Variables = ReadonlyMap<string, tf.Variable>;

/**
 * Computes the gradients of the mean loss for the named weights, one batch of training images after another.
 * Regularizers are left out, and layers work as at inference. The weights do not change.
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

/** Returns the variables of the named tensors. */
export function variablesOf({ tasked }: Subject, names: Iterable<string>): Map<string, tf.Variable> {
  const found = new Map<string, tf.Variable>();
  for (const name of names) {
    const variable = tasked.network.variables.get(name)?.variable;
    if (!variable) throw new Error(`the network has no weight ${name}`);
    // Frozen layers have gradients too. The network is a copy, so this changes no other.
    variable.trainable = true;
    found.set(name, variable);
  }
  return found;
}

/** A pass as in training. `step` gets the gradients by variable name, within the tidy, as an optimizer does. */
export interface TrainingPass {
  readonly pass: Pass;
  readonly step: (gradients: Readonly<Record<string, tf.Tensor>>) => void;
}

/** Computes the gradients of one batch. */
export async function gradientsOf(
  { tasked }: Subject,
  variables: Variables,
  batch: Batch,
  { pass, step }: Partial<TrainingPass> = {},
): Promise<Gradients> {
  const found = tf.tidy(() => {
    const { task } = tasked;
    const targets = tf.tensor2d(task.fed(tasked.targetsOf(batch)), [batch.count, task.fedSize]);
    const { grads } = tf.variableGrads(() => task.loss(targets, tasked.scores(batch, pass)), [...variables.values()]);
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
