import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { tf } from '../tf';
import type { Batch, Examples } from '../dataset/examples';
import { paddedInputs } from '../measure/pass';
import type { TaskedNetwork } from '../measure/tasked-network';
import { columnsOf } from '../measure/tasks/columns';
import { batchWithin } from '../model/batch-size';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';
import { hear } from './hidden/hear';
import { lessonRows, lessonsOf, type HiddenTeaching, type Lesson } from './hidden/rows';

/** Most examples of one forward pass of the teacher. */
const BATCH_SIZE = 500;
/** Most bytes of answers that are kept in memory; beyond that the teacher is asked for each batch. */
const CACHE_BYTES = 256 * 1024 * 1024;
/** Examples on which the size of hints is measured. */
const SCALED_ON = 256;

/** Answers of a teacher: as its task has them, probabilities softened by a temperature (Hinton et al. 2015), or numbers; then those of its hidden layers. */
export interface Teacher {
  /** Numbers of one example in each part of an answer. */
  readonly sizes: readonly number[];
  /** Returns the parts, count x size, row-major, for the examples of a batch. */
  answers(batch: Batch): Promise<readonly Float32Array[]>;
  /** The teaching of hidden layers. */
  readonly hidden?: HiddenAnswers | undefined;
  /** Ends it; its network stays. */
  dispose(): void;
}

/** The lessons of hidden layers, which are the parts of an answer after the first. */
export interface HiddenAnswers {
  readonly teaching: HiddenTeaching;
  readonly lessons: readonly Lesson[];
  /** For each lesson, the factor of its loss: 1 over the mean square of a hint on the first training examples. */
  readonly scales: readonly number[];
}

export interface TeacherOptions {
  temperature: number;
  hidden?: HiddenTeaching | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  cacheBytes?: number | undefined;
  /** The examples of each batch are changed: it is asked for each batch, and sees them changed in the same way. */
  augmented?: boolean | undefined;
}

/** The answers that a teacher is asked for. */
interface Question {
  readonly tasked: TaskedNetwork;
  readonly temperature: number;
  /** Layers whose outputs are heard, one for each pair, and what is made of them. */
  readonly layers: readonly string[];
  readonly lessons: readonly Lesson[];
  /** Numbers of each part of an answer. */
  readonly sizes: readonly number[];
}

/**
 * Makes a teacher for these examples. Where memory permits, it sees each of them once, now, in batches that do not
 * depend on the later order; otherwise the network must stay alive.
 * @throws UserError where its answers are not finite; CancelledError
 */
export async function teacherOf(tasked: TaskedNetwork, images: Examples, options: TeacherOptions): Promise<Teacher> {
  const { temperature, hidden, cacheBytes = CACHE_BYTES, augmented = false } = options;
  const lessons = hidden ? lessonsOf(hidden) : [];
  const sizes = [tasked.task.soft.size, ...lessons.map(({ size }) => size)];
  const layers = hidden?.pairs.map(({ teacher }) => teacher) ?? [];
  const questions = new Questions({ tasked, temperature, lessons, layers, sizes });
  const taught = hidden && { teaching: hidden, lessons, scales: await scalesOf(questions, lessons, images) };
  const span = images.members.reduce((most, member) => Math.max(most, member + 1), 0);
  if (augmented || !fitsMemory(sizes, span, cacheBytes))
    return {
      ...{ sizes, hidden: taught },
      // The examples as the teacher takes them, which may differ from the student's.
      answers: ({ members, changes }) => {
        const batch = images.batchOf(members);
        return questions.ask(changes ? images.changed(batch, changes) : batch);
      },
      dispose: () => {
        questions.dispose();
      },
    };
  const known = sizes.map((size) => new Float32Array(span * size));
  const { signal, onProgress } = options;
  const size = batchWithin(tasked.network, Math.min(BATCH_SIZE, images.length));
  const meter = new ProgressMeter('asking the teacher', images.length, images.noun, onProgress);
  try {
    for (let from = 0; from < images.length; from += size) {
      if (signal?.aborted) throw new CancelledError();
      const batch = images.batch(from, size);
      const answers = await questions.ask(batch, size);
      known.forEach((part, p) => {
        batch.members.forEach((member, i) => {
          part.set(answers[p]!.subarray(i * sizes[p]!, (i + 1) * sizes[p]!), member * sizes[p]!);
        });
      });
      meter.advance(batch.count);
      await breathe();
    }
  } finally {
    questions.dispose();
  }
  return {
    ...{ sizes, hidden: taught },
    answers: ({ members }) =>
      Promise.resolve(
        known.map((part, p) => {
          const size = sizes[p]!;
          const rows = new Float32Array(members.length * size);
          members.forEach((member, i) => {
            rows.set(part.subarray(member * size, (member + 1) * size), i * size);
          });
          return rows;
        }),
      ),
    dispose: () => undefined,
  };
}

/** Returns true where the answers for so many examples are kept in memory. @param sizes numbers of each part of an answer */
export const fitsMemory = (sizes: readonly number[], examples: number, most = CACHE_BYTES): boolean =>
  examples * sizes.reduce((sum, size) => sum + size, 0) * Float32Array.BYTES_PER_ELEMENT <= most;

/** Returns the factor of the loss of each lesson, so that the scale of a layer's outputs does not matter. */
async function scalesOf(questions: Questions, lessons: readonly Lesson[], images: Examples): Promise<number[]> {
  if (lessons.length === 0) return [];
  const [, ...rows] = await questions.ask(images.batch(0, SCALED_ON));
  return lessons.map(({ kind }, i) => {
    if (kind === 'attention') return 1;
    const mean = rows[i]!.reduce((sum, value) => sum + value * value, 0) / rows[i]!.length;
    return mean > 0 ? 1 / mean : 1;
  });
}

/** Asks a network, by a pass that is traced once for each number of examples where the backend can do that. */
class Questions {
  readonly #bySize = new Map<number, TracedFunction>();

  constructor(private readonly question: Question) {}

  /** Returns the parts of the answers to a batch, which is filled up to `size` examples. @throws UserError */
  async ask(batch: Batch, size = batch.count): Promise<Float32Array[]> {
    const { tasked, sizes } = this.question;
    const answers = await this.#ofSize(size).run(...paddedInputs(tasked, batch, size));
    if (!answers.every(Number.isFinite))
      throw new UserError('The outputs of the teacher are NaN or infinite: its weights are damaged, choose another.');
    const width = sizes.reduce((sum, part) => sum + part, 0);
    let from = 0;
    return sizes.map((part) => columnsOf(answers, width, (from += part) - part, part));
  }

  dispose(): void {
    for (const pass of this.#bySize.values()) pass.dispose();
    this.#bySize.clear();
  }

  #ofSize(size: number): TracedFunction {
    const known = this.#bySize.get(size);
    if (known) return known;
    const { tasked, temperature, layers, lessons } = this.question;
    const shapes = tasked.shapesOf(size);
    const pass = (...inputs: tf.Tensor[]): tf.Tensor2D => {
      const { result, outputs } = hear(tasked.network, layers, () => tasked.scoresOf(inputs));
      const parts = [tasked.task.soft.answers(result, temperature), ...lessonRows(lessons, outputs)];
      tf.dispose([...outputs]);
      return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
    };
    const traced = trace(pass, shapes, { examples: shapes.map((_, i) => i) });
    this.#bySize.set(size, traced);
    return traced;
  }
}
