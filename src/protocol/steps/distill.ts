import * as z from 'zod';
import { comparisonWords, StudentComparison, StudentTraining } from '../distillation';
import { count } from '../format';
import { metricWords } from '../metric';
import { reportedMetrics } from '../epoch';
import { LayerPatterns } from '../patterns';
import { Architecture } from './architecture';
import { defineStep } from './define';
import { START_TEACHER, teaching } from './teaching';
import { batchSize, epochs, learningRate, trained, trainingOptions } from './training';

/** The student that is the model of the steps before, scaled, with random weights. */
export const SCALED_STUDENT = 'scaled';
/** The student that is the model of the steps before, with its weights. */
export const MODEL_STUDENT = 'model';

/** A student: a scaled model, a network that ships, the model of the steps before, or the path of a checkpoint. */
export type Student =
  | { readonly kind: 'scaled' | 'model' }
  | { readonly kind: 'network'; readonly name: Architecture }
  | { readonly kind: 'checkpoint'; readonly path: string };

/** Reads the `student` of a step. */
export function studentKind(student: string): Student {
  if (student === SCALED_STUDENT) return { kind: 'scaled' };
  if (student === MODEL_STUDENT) return { kind: 'model' };
  const name = Architecture.safeParse(student).data;
  return name ? { kind: 'network', name } : { kind: 'checkpoint', path: student };
}

/**
 * Chosen on validation examples: students of a tenth of `fashion-cnn`, and of scikit-learn's digits (mean of 5 seeds, 60
 * epochs: 0.959, against 0.952 at 0.001), learn better than at the rate of new networks, with a teacher and without.
 */
const DISTILL_LEARNING_RATE = 0.002;

/** Parameters and MACs of a network; MACs are null where they cannot be inferred. */
const NetworkSize = z.object({ params: z.number(), macs: z.number().nullable() });

const weightOf = (what: string) => z.number().min(0).max(10_000).describe(what).optional();

/**
 * Trains a student from the answers of a teacher, and beside it the same student without, from the same weights and over the
 * same batches.
 */
export const distill = defineStep({
  name: 'distill',
  options: {
    student: z
      .union([z.enum([...Architecture.options, SCALED_STUDENT, MODEL_STUDENT]), z.string().min(1)])
      .default(SCALED_STUDENT)
      .describe(
        `Student: scaled, the model with other width or depth and random weights; ${Architecture.options.join(', ')}; the path of a checkpoint, which is trained on; or model, what the steps before made of it.`,
      )
      .meta({ labels: { scaled: 'The model, scaled', model: 'The model of the steps before' } }),
    width: z
      .number()
      .min(0.01)
      .max(1)
      .optional()
      .describe('Share of the channels that each layer of the student keeps; outputs keep all of them.')
      .meta({ share: true, begins: true, start: 0.5 }),
    fewer: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'Number of layers with weights that the student has less: first those with inputs and outputs of one shape.',
      )
      .meta({ label: 'Layers less', unit: 'layers' }),
    blocks: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'Number of residual blocks that the student has less: from the stages with most of them, the last first.',
      )
      .meta({ label: 'Blocks less', unit: 'blocks' }),
    drop: LayerPatterns.optional()
      .describe('Layers that the student does not have, by name; * stands for any characters.')
      .meta({ label: 'Dropped layers', group: 'advanced' }),
    units: z
      .array(z.number().int().min(1).max(65_536))
      .min(1)
      .max(24)
      .optional()
      .describe('Units of each hidden layer, for the students mlp and lstm.')
      .meta({ group: 'advanced' }),
    teacher: z
      .string()
      .min(1)
      .default(START_TEACHER)
      .describe(
        'Teacher: start, the model at the start of the run; or the path of a checkpoint with the same inputs and outputs.',
      )
      .meta({ group: 'advanced' }),
    epochs: epochs(10),
    ...teaching,
    hints: weightOf(
      'Weight of hints: layers of the student, mapped linearly, learn the outputs of layers of the teacher (FitNets). None by default.',
    ).meta({ start: 1 }),
    attention: weightOf(
      'Weight of attention: layers of the student learn where those of the teacher are active. None by default.',
    ).meta({ start: 1 }),
    pairs: z
      .record(z.string(), z.string().min(1))
      .optional()
      .describe(
        'Layers for hints and attention: a layer of the student with one of the teacher. By default the last ones of each size in height and width, of the three sizes nearest to the outputs.',
      )
      .meta({ label: 'Pairs of layers', group: 'advanced' }),
    seeds: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Number of trainings with other weights and another order of examples; the best student is kept.'),
    compare: z.boolean().default(true).describe('Train the same student without a teacher too, and say which won.'),
    batchSize,
    learningRate: learningRate(DISTILL_LEARNING_RATE),
    ...trainingOptions,
  },
  result: {
    ...trained,
    /** Index of the training that was kept. */
    chosen: z.number(),
    trainings: z.array(StudentTraining),
    /** Null where the student was not trained without a teacher. */
    comparison: StudentComparison.nullable(),
    student: NetworkSize,
    teacher: NetworkSize,
  },
  traits: { changesModel: true, trains: true, compresses: true, needsData: true, plansByRunning: true },
  words: {
    title: 'Distill',
    running: 'Distilling',
    purpose: 'Trains a smaller student from the answers of a teacher.',
    when: 'Take it for a small network without zeros, where there is time to train.',
    page: 'distill',
    verb: 'Distill',
    past: 'distilled',
    outcome: ({ student, comparison, best }) =>
      `student of ${count(student.params)} parameters, ${comparison ? comparisonWords(comparison) : `${best.test ? 'test' : 'validation'} ${metricWords(reportedMetrics(best)[0])}`}`,
  },
});
export const DistillStep = distill.schema;
export type DistillStep = z.infer<typeof DistillStep>;

/** Returns true for a student that begins with random weights. */
export const beginsAnew = ({ student }: Pick<DistillStep, 'student'>): boolean => {
  const { kind } = studentKind(student);
  return kind === 'scaled' || kind === 'network';
};

/** Number of trainings of a step. */
export const trainingsOf = ({ seeds, compare }: Pick<DistillStep, 'seeds' | 'compare'>): number =>
  compare ? 2 * seeds : seeds;

/** The training of a step at an index: those of one seed are neighbors, the one with the teacher first. */
export const trainingAt = (
  { compare }: Pick<DistillStep, 'compare'>,
  index: number,
): Pick<StudentTraining, 'taught'> & { readonly place: number } =>
  compare ? { taught: index % 2 === 0, place: Math.floor(index / 2) } : { taught: true, place: index };
