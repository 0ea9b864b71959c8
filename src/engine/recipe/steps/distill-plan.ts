import { about, compact, count, plural } from '../../../protocol/format';
import { trainingsOf, type DistillStep } from '../../../protocol/steps/distill';
import type { ModelContent } from '../../checkpoint/types';
import { replacedCounts } from '../../compress/counts';
import type { Dataset, OpenData } from '../../dataset/open-data';
import { figuresOf } from '../../measure/inspect';
import { fitDataToOther } from '../../measure/normalization/fit';
import { withTask } from '../../measure/tasked-network';
import { toNetwork } from '../../model/runnable';
import { secondsPerEpoch } from '../../train/estimate';
import { fitsMemory, teacherOf, type Teacher } from '../../train/teacher';
import type { Outlook, PlanContext } from '../planning/outlook';
import { orWhyNot } from '../../why-not';
import { studentOf } from '../student';
import { hiddenTeaching } from './hidden-teaching';
import { requireSamePixels } from './student-pixels';
import { tryTeacher } from './teaching';

/** Plans a distillation: makes the student, and estimates the time by a few steps where there is data. */
export async function planDistillation(context: PlanContext, step: DistillStep): Promise<Outlook> {
  const { session, referenced, seed, data } = context;
  const { checkpoint } = session;
  const [opened, fitted] = [await data.opened(), await data.fitted()];
  const known = typeof fitted === 'string' ? undefined : fitted;
  const student = await studentOf(step, { model: checkpoint, referenced, data: known }, seed);
  await tryTeacher(step, student, {
    ...{ start: checkpoint, referenced },
    opened: typeof opened === 'string' ? null : opened,
  });
  if (known && typeof opened !== 'string') {
    const running = await toNetwork(student);
    try {
      await requireSamePixels(step, student, running, { opened, data: known });
    } finally {
      running.dispose();
    }
  }
  const { params, macs } = figuresOf(student).totals;
  // A model that the data does not fit is planned without: the plan says why nothing was measured.
  const seconds =
    known && typeof opened !== 'string'
      ? await orWhyNot(() => secondsOf(context, step, { student, data: known, opened }))
      : undefined;
  const trainings = `${plural(trainingsOf(step), 'training')} of ${plural(step.epochs, 'epoch')}`;
  return {
    ...{ kind: 'channels', counts: replacedCounts(checkpoint, student), untrained: student },
    notes: [
      `The student has ${count(params)} parameters${macs === null ? '' : ` and ${compact(macs)} MACs`}; ${trainings}${typeof seconds === 'number' ? `, about ${about(seconds)}` : ''}.`,
      ...(step.compare ? [] : ['The student is not trained without a teacher, so whether that helps stays unknown.']),
    ],
  };
}

/** The training that a plan does for a moment. */
interface Trial {
  readonly student: ModelContent;
  readonly data: Dataset;
  readonly opened: OpenData;
}

/** Estimates the seconds of all trainings. @throws UserError, CancelledError */
async function secondsOf(
  { session: { checkpoint }, referenced, signal, onProgress }: PlanContext,
  step: DistillStep,
  { student, data, opened }: Trial,
): Promise<number> {
  const other = referenced.checkpoints.get(step.teacher);
  const teacher = other ?? checkpoint;
  let asked: Teacher | undefined;
  const [own, teaching] = [await toNetwork(student), await toNetwork(teacher)];
  try {
    const its = other
      ? await fitDataToOther(other, opened, { lend: (ask) => ask(teaching), signal, onProgress })
      : data;
    const images = its.split('train');
    const { batchSize, temperature, alpha, augment, epochs, seeds, compare } = step;
    const size = Math.min(batchSize, images.length);
    const hidden = hiddenTeaching(step, student, teacher);
    const options = { temperature, hidden, augmented: augment !== undefined, signal };
    const tasked = withTask(own, data.split('train'));
    // A teacher of one batch is asked at once.
    asked = await teacherOf(withTask(teaching, images), images.first(size), { ...options, cacheBytes: 0 });
    const { sizes } = asked;
    const ready = asked;
    const answers = await timed(() => ready.answers(images.batch(0, size)));
    const one = { tasked, data, batchSize, signal };
    const alone = await secondsPerEpoch(one);
    const taught = await secondsPerEpoch({ ...one, distillation: { teacher: asked, temperature, alpha } });
    const passes = Math.floor(images.length / size);
    const isAsked = augment !== undefined || !fitsMemory(sizes, images.length);
    const withTeacher = isAsked ? taught : Math.max(alone, taught - passes * answers);
    return seeds * epochs * (withTeacher + (compare ? alone : 0)) + (isAsked ? 0 : passes * answers);
  } finally {
    asked?.dispose();
    own.dispose();
    teaching.dispose();
  }
}

/** Returns the seconds of the second of two calls. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  await work();
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
