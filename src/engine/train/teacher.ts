import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { tf } from '../tf';
import { padded, type Batch, type Examples } from '../dataset/examples';
import type { Classifier } from '../measure/classifier';
import { batchWithin } from '../model/batch-size';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';

/** Most examples of one forward pass of the teacher. */
const BATCH_SIZE = 500;
/** Most bytes of answers that are kept in memory; beyond that the teacher is asked for each batch. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** Answers of a teacher, as probabilities softened by a temperature (Hinton et al. 2015). */
export interface Teacher {
  /** Returns count x classes, row-major, for the examples of a batch. */
  answers(batch: Batch): Promise<Float32Array>;
}

export interface TeacherOptions {
  temperature: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  cacheBytes?: number | undefined;
  /** The images of each batch are changed: it is asked for each batch, and sees them changed in the same way. */
  augmented?: boolean | undefined;
}

/**
 * Makes a teacher for these examples. Where memory permits, it sees each of them once, now, in batches that do not
 * depend on the later order; otherwise `classifier` must stay alive.
 * @throws UserError where its answers are not finite, CancelledError
 */
export async function teacherOf(classifier: Classifier, images: Examples, options: TeacherOptions): Promise<Teacher> {
  const { temperature, cacheBytes = CACHE_BYTES, augmented = false } = options;
  const { classes } = classifier;
  const span = images.members.reduce((most, member) => Math.max(most, member + 1), 0);
  if (augmented || span * classes * Float32Array.BYTES_PER_ELEMENT > cacheBytes)
    // The examples as the teacher takes them, which may differ from the student's.
    return {
      answers: ({ members, changes }) => {
        const batch = images.batchOf(members);
        return ask(classifier, changes ? images.changed(batch, changes) : batch, temperature);
      },
    };
  const known = new Float32Array(span * classes);
  const { signal, onProgress } = options;
  const size = batchWithin(classifier.network, Math.min(BATCH_SIZE, images.length));
  const meter = new ProgressMeter('asking the teacher', images.length, 'images', onProgress);
  for (let from = 0; from < images.length; from += size) {
    if (signal?.aborted) throw new CancelledError();
    const batch = images.batch(from, size);
    const answers = await ask(classifier, padded(batch, size), temperature);
    batch.members.forEach((member, i) => {
      known.set(answers.subarray(i * classes, (i + 1) * classes), member * classes);
    });
    meter.advance(batch.count);
    await breathe();
  }
  return {
    answers: ({ members }) => {
      const rows = new Float32Array(members.length * classes);
      members.forEach((member, i) => {
        rows.set(known.subarray(member * classes, (member + 1) * classes), i * classes);
      });
      return Promise.resolve(rows);
    },
  };
}

async function ask(classifier: Classifier, batch: Batch, temperature: number): Promise<Float32Array> {
  const softened = tf.tidy(() => tf.softmax(tf.div(classifier.logits(batch), temperature)));
  try {
    const answers = (await softened.data<'float32'>()).slice();
    if (!answers.every(Number.isFinite))
      throw new UserError('The outputs of the teacher are NaN or infinite: its weights are damaged, choose another.');
    return answers;
  } finally {
    softened.dispose();
  }
}
