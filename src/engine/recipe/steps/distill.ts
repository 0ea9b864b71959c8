import { UserError } from '../../../protocol/errors';
import { START_TEACHER, type Distill } from '../../../protocol/steps/distill';
import type { RecipeStep } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { withTask } from '../../measure/tasked-network';
import { fitDataToOther } from '../../measure/normalization/fit';
import type { Network, OpenShape } from '../../model/network';
import { toNetwork, whyNotRunnable } from '../../model/runnable';
import { normalizationName, sameNormalization } from '../../../protocol/normalization';
import { teacherOf } from '../../train/teacher';
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
 * @throws UserError
 */
export async function tryTeacher({ teacher }: Distill, { start, referenced, opened }: Prepared): Promise<void> {
  const content = referenced.checkpoints.get(teacher);
  // The first model of the run, or the result of its train step, always fits.
  if (!content) return;
  const why = whyNotRunnable(content);
  if (why !== undefined)
    throw new UserError(`The teacher "${teacher}" cannot be asked: ${why.charAt(0).toLowerCase()}${why.slice(1)}`);
  const [asked, student] = [await toNetwork(content), await toNetwork(start)];
  try {
    compare(teacher, 'input', asked.inputs, student.inputs);
    compare(teacher, 'output', asked.outputs, student.outputs);
    if (opened) await fitDataToOther(content, opened, { lend: (ask) => ask(asked) });
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
      `The teacher "${teacher}" has an ${what} of shape ${their} but the model one of ${our}: choose a teacher for the same examples and classes.`,
    );
}

const shapeText = (shape: OpenShape): string => `[${shape.map((size) => size ?? '?').join(', ')}]`;

/**
 * Prepares the answers of the teacher for training, and its end.
 * @param augmented whether the images of each batch are changed, for the teacher too
 * @throws UserError, CancelledError
 */
export async function distillation(
  context: RunContext,
  { teacher, temperature, alpha }: Distill,
  data: Dataset,
  augmented: boolean,
): Promise<Distillation & { dispose(): void }> {
  const { listener } = context;
  const content = await teacherContent(context, teacher);
  const network = await toNetwork(content);
  try {
    const onProgress = progressTo(listener);
    const images = (await dataOfTeacher(context, teacher, content, network, data)).split('train');
    const tasked = withTask(network, images);
    return {
      teacher: await teacherOf(tasked, images, { temperature, augmented, signal: listener.signal, onProgress }),
      temperature,
      alpha,
      dispose: () => network.dispose(),
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
async function teacherContent(context: RunContext, teacher: string): Promise<ModelContent> {
  const { referenced, parent } = context.prepared;
  const known = teacher === START_TEACHER ? parent : referenced.checkpoints.get(teacher);
  if (known) return known;
  const [first] = context.state.results;
  if (first?.step !== 'train') throw new Error('a run without a checkpoint began without training');
  return readBack(context, epochFolder(context.prepared.recipe, 0, first.best.epoch));
}
