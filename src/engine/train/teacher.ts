import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { tf } from '../tf';
import type { Batch, Examples } from '../dataset/examples';
import { paddedInputs } from '../measure/pass';
import type { TaskedNetwork } from '../measure/tasked-network';
import { batchWithin } from '../model/batch-size';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';

/** Most examples of one forward pass of the teacher. */
const BATCH_SIZE = 500;
/** Most bytes of answers that are kept in memory; beyond that the teacher is asked for each batch. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** Answers of a teacher, as its task has them: probabilities softened by a temperature (Hinton et al. 2015), or numbers. */
export interface Teacher {
  /** Returns count x size, row-major, for the examples of a batch. */
  answers(batch: Batch): Promise<Float32Array>;
}

export interface TeacherOptions {
  temperature: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  cacheBytes?: number | undefined;
  /** The examples of each batch are changed: it is asked for each batch, and sees them changed in the same way. */
  augmented?: boolean | undefined;
}

/**
 * Makes a teacher for these examples. Where memory permits, it sees each of them once, now, in batches that do not
 * depend on the later order; otherwise the network must stay alive.
 * @throws UserError where its answers are not finite; CancelledError
 */
export async function teacherOf(tasked: TaskedNetwork, images: Examples, options: TeacherOptions): Promise<Teacher> {
  const { temperature, cacheBytes = CACHE_BYTES, augmented = false } = options;
  const { size: width } = tasked.task.soft;
  const span = images.members.reduce((most, member) => Math.max(most, member + 1), 0);
  if (augmented || span * width * Float32Array.BYTES_PER_ELEMENT > cacheBytes)
    // The examples as the teacher takes them, which may differ from the student's.
    return {
      answers: ({ members, changes }) => {
        const batch = images.batchOf(members);
        return ask(tasked, changes ? images.changed(batch, changes) : batch, temperature);
      },
    };
  const known = new Float32Array(span * width);
  const { signal, onProgress } = options;
  const size = batchWithin(tasked.network, Math.min(BATCH_SIZE, images.length));
  const meter = new ProgressMeter('asking the teacher', images.length, images.noun, onProgress);
  for (let from = 0; from < images.length; from += size) {
    if (signal?.aborted) throw new CancelledError();
    const batch = images.batch(from, size);
    const answers = await ask(tasked, batch, temperature, size);
    batch.members.forEach((member, i) => {
      known.set(answers.subarray(i * width, (i + 1) * width), member * width);
    });
    meter.advance(batch.count);
    await breathe();
  }
  return {
    answers: ({ members }) => {
      const rows = new Float32Array(members.length * width);
      members.forEach((member, i) => {
        rows.set(known.subarray(member * width, (member + 1) * width), i * width);
      });
      return Promise.resolve(rows);
    },
  };
}

async function ask(
  tasked: TaskedNetwork,
  batch: Batch,
  temperature: number,
  size = batch.count,
): Promise<Float32Array> {
  const shapes = tasked.shapesOf(size);
  const softened = tf.tidy(() => {
    const inputs = paddedInputs(tasked, batch, size).map((values, i) => tf.tensor(values, shapes[i]));
    return tasked.task.soft.answers(tasked.scoresOf(inputs), temperature);
  });
  try {
    const answers = (await softened.data<'float32'>()).slice();
    if (!answers.every(Number.isFinite))
      throw new UserError('The outputs of the teacher are NaN or infinite: its weights are damaged, choose another.');
    return answers;
  } finally {
    softened.dispose();
  }
}
