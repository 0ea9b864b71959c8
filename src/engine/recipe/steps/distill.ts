import { UserError } from '../../../protocol/errors';
import { comparisonOf, winnerWords, type StudentTraining } from '../../../protocol/distillation';
import { reportedMetrics } from '../../../protocol/epoch';
import { isBetterThan } from '../../../protocol/metric';
import type { StepResult } from '../../../protocol/steps';
import { ARCHITECTURES } from '../../../protocol/steps/architecture';
import { Augment } from '../../../protocol/steps/augment';
import { beginsAnew, studentKind, trainingAt, trainingsOf, type DistillStep } from '../../../protocol/steps/distill';
import { START_TEACHER } from '../../../protocol/steps/teaching';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { figuresOf } from '../../measure/inspect';
import { withTask } from '../../measure/tasked-network';
import { trainableOf } from '../../model/network';
import { toNetwork, whyNotRunnable } from '../../model/runnable';
import { checkAugment } from '../../train/augmentation';
import { withClassWeights } from '../../train/class-weights';
import { NOTHING_TO_TRAIN, type TrainState } from '../../train/loop';
import type { Distillation } from '../../train/step';
import { measureBefore } from '../compressed';
import { keptBy } from '../few-values';
import { epochFolder } from '../folder/layout';
import { readBack, type RunContext } from '../run-context';
import { studentOf, type StudentContext } from '../student';
import type { Prepared } from '../types';
import { planDistillation } from './distill-plan';
import { hiddenTeaching } from './hidden-teaching';
import { StudentClock } from './student-clock';
import { requireSamePixels } from './student-pixels';
import { checkAnswers, checkRates, recordsOf, trainEpochs } from './epochs';
import type { StepKind } from './kind';
import { taughtBy, teacherContent, tryTeacher } from './teaching';

/** The teacher while students are trained; it is asked once for all of them. */
type Teacher = Distillation & { dispose(): void };

/**
 * Trains students with a teacher, and without one beside it, and continues with the best of those with a teacher by the main
 * validation metric. Each epoch leaves its checkpoint and the state from which the run can resume.
 */
async function run(context: RunContext, step: DistillStep, resume?: TrainState): Promise<StepResult> {
  const { prepared, state, listener } = context;
  const { data } = prepared;
  if (!data) throw new Error('a distill step was let through without data');
  await measureBefore(context);
  const teacher = await teacherContent(context, step.teacher);
  const source = { model: context.model, referenced: prepared.referenced, data };
  const clock = new StudentClock(step, state.trainings);
  const total = trainingsOf(step);
  let asked: Teacher | undefined;
  try {
    for (let index = state.trainings.length, going = resume; index < total; index++, going = undefined) {
      const ask = async (student: Parameters<typeof taughtBy>[2]) => (asked ??= await taughtBy(context, step, student));
      const training = await trainOne({ context, step, data, source, clock, index }, ask, going);
      state.trainings.push(training);
    }
  } finally {
    asked?.dispose();
  }
  const trainings = [...state.trainings];
  const chosen = bestTaught(trainings);
  const { best, epochs } = trainings[chosen]!;
  state.start = epochFolder(prepared.recipe, state.step, best.epoch, chosen);
  context.model = await readBack(context, state.start);
  await checkAnswers(context, best);
  state.accuracies.push(...recordsOf(step.step, best, data));
  state.afterFineTune = reportedMetrics(best);
  const comparison = comparisonOf(trainings) ?? null;
  if (comparison) listener.report({ kind: 'message', text: winnerWords(comparison) });
  const size = (model: ModelContent) => {
    const { params, macs } = figuresOf(model).totals;
    return { params, macs };
  };
  return {
    ...{ step: 'distill', epochs, best, chosen, trainings, comparison },
    ...{ student: size(context.model), teacher: size(teacher) },
  };
}

/** Returns the index of the best training with a teacher; the first of equals. */
const bestTaught = (trainings: readonly StudentTraining[]): number =>
  trainings.reduce((best, { taught, best: record }, index) => {
    const known = trainings[best];
    return taught && (!known || isBetterThan(record.validation, known.best.validation)) ? index : best;
  }, -1);

interface One {
  readonly context: RunContext;
  readonly step: DistillStep;
  readonly data: Dataset;
  readonly source: StudentContext;
  readonly clock: StudentClock;
  /** Index of the training in its step. */
  readonly index: number;
}

async function trainOne(
  { context, step, data, source, clock, index }: One,
  ask: (student: Parameters<typeof taughtBy>[2]) => Promise<Teacher>,
  resume: TrainState | undefined,
): Promise<StudentTraining> {
  const { prepared, state } = context;
  const { taught, place } = trainingAt(step, index);
  const seed = prepared.recipe.seed + place;
  const nameOf = (epoch: number): string => epochFolder(prepared.recipe, state.step, epoch, index);
  const model = await studentOf(step, source, seed);
  const done = resume?.records.length ?? 0;
  const network = await toNetwork(done > 0 ? await readBack(context, nameOf(done)) : model);
  try {
    const augmented = step.augment !== undefined;
    const hidden = (teacher: ModelContent) => hiddenTeaching(step, model, teacher);
    const distillation = taught ? await ask({ data, network, augmented, hidden }) : undefined;
    const kept = beginsAnew(step) ? {} : await keptBy({ ...context, model }, step);
    const which = { taught, seed, index, of: trainingsOf(step) };
    const { records, best } = await trainEpochs(context, {
      ...{ step, model, network, data, nameOf, distillation, resume, ...kept },
      seeds: [seed, state.step],
      stage: clock.stage(which),
      isSparse: !beginsAnew(step),
      isBest: (record) =>
        taught && !state.trainings.some((one) => one.taught && !isBetterThan(record.validation, one.best.validation)),
      told: (event) => clock.told(event, which),
    });
    return { taught, seed, epochs: records, best };
  } finally {
    network.dispose();
  }
}

function checkRecipe(step: DistillStep, where: string, steps: readonly unknown[]): void {
  checkRates(step, where);
  const { width, fewer, blocks, drop, units, hints = 0, attention = 0, pairs, augment } = step;
  const student = studentKind(step.student);
  const sizes = Object.entries({ width, fewer, blocks, drop }).filter(([, value]) => value !== undefined);
  if (student.kind === 'scaled' && sizes.length === 0)
    throw new UserError(
      `${where} says nothing about the student: give it "width", such as 0.5, or a network or a checkpoint as "student".`,
    );
  const [stray] = sizes;
  if ((student.kind === 'model' || student.kind === 'checkpoint') && stray)
    throw new UserError(
      `${where} has "${stray[0]}", but a student that begins with weights of its own keeps its size: leave it out.`,
    );
  if (units && !(student.kind === 'network' && ARCHITECTURES[student.name].takes.includes('units')))
    throw new UserError(
      `${where} has "units", which mean nothing to the student ${step.student}: leave them out, or choose mlp or lstm.`,
    );
  const taughtByItself = step.teacher === START_TEACHER && steps[0] === step;
  if (student.kind === 'model' && taughtByItself)
    throw new UserError(
      `${where} has the model as the student of itself: scale it with "width", or let a step before make it smaller.`,
    );
  if (pairs && hints === 0 && attention === 0)
    throw new UserError(`${where} pairs layers for nothing: give it "hints" or "attention", or leave "pairs" out.`);
  if (augment && !Object.values(augment).some((value) => value !== 0))
    throw new UserError(
      `${where} has "augment", which changes nothing: give it ${Object.keys(Augment.shape)
        .map((key) => `"${key}"`)
        .join(', ')}, or leave it out.`,
    );
}

async function preflight(step: DistillStep, prepared: Prepared): Promise<void> {
  const { start, referenced, data } = prepared;
  const student = await studentOf(step, { model: start, referenced, data }, prepared.recipe.seed);
  const why = whyNotRunnable(student);
  if (why !== undefined)
    throw new UserError(`The student cannot be trained: ${why.charAt(0).toLowerCase()}${why.slice(1)}`);
  await tryTeacher(step, student, prepared);
  const network = await toNetwork(student);
  try {
    await requireSamePixels(step, student, network, prepared);
    if (!beginsAnew(step) && trainableOf(network).length === 0) throw new UserError(NOTHING_TO_TRAIN);
    if (step.classWeights && data) {
      const examples = data.split('train');
      withClassWeights(withTask(network, examples), examples, step.classWeights);
    }
  } finally {
    network.dispose();
  }
  if (step.augment && data) checkAugment(step.augment, data);
  // Steps before may change the layers of the student.
  if (prepared.recipe.steps[0] === step)
    hiddenTeaching(step, student, referenced.checkpoints.get(step.teacher) ?? start);
}

export const distill: StepKind<DistillStep> = {
  validate: {
    recipe: checkRecipe,
    dryRun: (model, step, { referenced }) => studentOf(step, { model, referenced }, 0),
    preflight,
  },
  plan: planDistillation,
  run,
};
