import { UserError } from '../../../protocol/errors';
import { START_TEACHER, type Distill } from '../../../protocol/steps/teaching';
import { TASK_WORDS } from '../../../protocol/task';
import type { RecipeStep } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { withTask } from '../../measure/tasked-network';
import type { Task } from '../../measure/tasks/task';
import { fitDataToOther } from '../../measure/normalization/fit';
import type { Network, OpenShape } from '../../model/network';
import { toNetwork, whyNotRunnable } from '../../model/runnable';
import { normalizationName, sameNormalization } from '../../../protocol/normalization';
import { teacherOf } from '../../train/teacher';
import type { HiddenTeaching } from '../../train/hidden/rows';
import type { Distillation } from '../../train/step';
import { progressTo, type Prepared } from '../types';
import { epochFolder } from '../folder/layout';
import { readBack, type RunContext } from '../run-context';

/** Checks the step by the recipe alone. @throws UserError */
export function checkDistill({ teacher }: Distill, step: RecipeStep, where: string): void {
  if (step.step === 'train' && teacher === START_TEACHER)
    throw new UserError(
      `${where} begins with random weights, which teach nothing: give "distill" the path of a checkpoint as "teacher".`,
    );
}

/**
 * Checks that the teacher takes the same examples and has the same classes as the student.
 * @param model the student
 * @throws UserError
 */
export async function tryTeacher(
  { teacher }: Pick<Distill, 'teacher'>,
  model: ModelContent,
  { start, referenced, opened }: Pick<Prepared, 'start' | 'referenced' | 'opened'>,
): Promise<void> {
  const content = referenced.checkpoints.get(teacher) ?? start;
  // The first model of the run, or the result of its train step, always fits.
  if (content === model) return;
  const why = whyNotRunnable(content);
  if (why !== undefined)
    throw new UserError(`The teacher "${teacher}" cannot be asked: ${why.charAt(0).toLowerCase()}${why.slice(1)}`);
  const [asked, student] = [await toNetwork(content), await toNetwork(model)];
  try {
    compare(teacher, 'input', asked.inputs, student.inputs);
    compare(teacher, 'output', asked.outputs, student.outputs);
    requireSameOutputs(teacher, asked, student);
    if (opened && content !== start) await fitDataToOther(content, opened, { lend: (ask) => ask(asked) });
  } finally {
    asked.dispose();
    student.dispose();
  }
}

/** An input or output. */
interface End {
  readonly shape: OpenShape;
}

function compare(teacher: string, what: string, theirs: readonly End[], ours: readonly End[]): void {
  const [their, our] = [theirs, ours].map((ends) => ends.map(({ shape }) => shapeText(shape)).join(' and '));
  if (their !== our)
    throw new UserError(
      `The teacher "${teacher}" has an ${what} of shape ${their} but the student one of ${our}: choose two networks for the same examples and answers.`,
    );
}

/** @throws UserError where several outputs have other names or another order, so that one would teach another */
function requireSameOutputs(teacher: string, theirs: Network, ours: Network): void {
  const [their, our] = [theirs, ours].map(({ outputs }) => outputs.map(({ name }) => name).join(', '));
  if (ours.outputs.length > 1 && their !== our)
    throw new UserError(
      `The teacher "${teacher}" has the outputs ${their} but the student ${our}: choose a teacher with the same outputs in the same order.`,
    );
}

/** @throws UserError where the teacher has another task than the model, so that its answers mean something else */
function requireSameTasks(teacher: string, theirs: Task, ours: Task): void {
  const [their, our] = [theirs, ours].map(({ infos }) => infos.map(({ name }) => TASK_WORDS[name]).join(', '));
  if (their !== our)
    throw new UserError(
      `The teacher "${teacher}" does ${their} on this data but the student ${our}: choose a teacher with the same task, or name the "task" in a NAME.data.json.`,
    );
}

const shapeText = (shape: OpenShape): string => `[${shape.map((size) => size ?? '?').join(', ')}]`;

/** A student: its examples and network, and whether the images of each batch are changed, for the teacher too. */
interface Student {
  readonly data: Dataset;
  readonly network: Network;
  readonly augmented: boolean;
  /** Returns what hidden layers of the teacher teach it. @throws UserError */
  readonly hidden?: ((teacher: ModelContent) => HiddenTeaching | undefined) | undefined;
}

/**
 * Prepares the answers of the teacher for training, and its end.
 * @throws UserError, CancelledError
 */
export async function taughtBy(
  context: RunContext,
  { teacher, temperature, alpha }: Distill,
  student: Student,
): Promise<Distillation & { dispose(): void }> {
  const { listener } = context;
  const { data, augmented } = student;
  const content = await teacherContent(context, teacher);
  const network = await toNetwork(content);
  try {
    const onProgress = progressTo(listener);
    const images = (await dataOfTeacher(context, teacher, content, network, data)).split('train');
    const tasked = withTask(network, images);
    requireSameTasks(teacher, tasked.task, withTask(student.network, data.split('train')).task);
    const asked = await teacherOf(tasked, images, {
      ...{ temperature, augmented, onProgress },
      ...{ hidden: student.hidden?.(content), signal: listener.signal },
    });
    return {
      ...{ teacher: asked, temperature, alpha },
      dispose: () => {
        asked.dispose();
        network.dispose();
      },
    };
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** The first model of the run takes pixels as the student does; another teacher takes them as it was trained to. */
async function dataOfTeacher(
  { prepared, listener }: RunContext,
  teacher: string,
  content: ModelContent,
  network: Network,
  data: Dataset,
): Promise<Dataset> {
  if (teacher === START_TEACHER || !prepared.opened) return data;
  const own = await fitDataToOther(content, prepared.opened, {
    lend: (ask) => ask(network),
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  if (!sameNormalization(own.normalization, data.normalization))
    listener.report({
      kind: 'message',
      text: `The teacher takes pixels with normalization ${normalizationName(own.normalization)}, the model with ${normalizationName(data.normalization)}.`,
    });
  return own;
}

/** Returns the teacher `start`: the checkpoint of the recipe; without one, the best epoch of the run's own train step. */
export async function teacherContent(context: RunContext, teacher: string): Promise<ModelContent> {
  const { referenced, parent } = context.prepared;
  const known = teacher === START_TEACHER ? parent : referenced.checkpoints.get(teacher);
  if (known) return known;
  const [first] = context.state.results;
  if (first?.step !== 'train') throw new Error('a run without a checkpoint began without training');
  return readBack(context, epochFolder(context.prepared.recipe, 0, first.best.epoch));
}
