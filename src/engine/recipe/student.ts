import { UserError } from '../../protocol/errors';
import { ARCHITECTURES, type Architecture } from '../../protocol/steps/architecture';
import { studentKind, type DistillStep } from '../../protocol/steps/distill';
import type { ModelContent } from '../checkpoint/types';
import { scaled } from '../compress/student/scaled';
import { featureScaling } from '../dataset/feature-scaling';
import type { Dataset } from '../dataset/open-data';
import { randomArchitecture } from '../model/architectures';
import { readGraph } from '../model/graph';
import { outputActivations } from '../model/output-activations';
import { inputFor } from './random-network';
import type { Referenced } from './referenced';

/** The models that a student is made of. */
export interface StudentContext {
  /** The model at the start of the step. */
  readonly model: ModelContent;
  readonly referenced: Referenced;
  /** The data of the teacher: a student for tables takes the scale of their features from it. */
  readonly data?: Dataset | null | undefined;
}

/** Returns true where a step says another size for its student. */
const isScaled = ({ width, fewer, blocks, drop }: DistillStep): boolean =>
  [width, fewer, blocks, drop].some((one) => one !== undefined);

/**
 * Makes the student of a step with its first weights: its own where it has some, otherwise random ones, as its layers begin.
 * @param seed 0 or more; the same seed gives the same weights
 * @throws UserError where it cannot be made of these models
 */
export async function studentOf(step: DistillStep, context: StudentContext, seed: number): Promise<ModelContent> {
  const student = studentKind(step.student);
  switch (student.kind) {
    case 'model':
      return context.model;
    case 'checkpoint': {
      const known = context.referenced.checkpoints.get(student.path);
      if (!known) throw new Error('the student was not read');
      return known;
    }
    case 'scaled':
      return scaled(context.model, step, seed);
    case 'network': {
      const network = shippedStudent(student.name, step, context, seed);
      return isScaled(step) ? scaled(network, step, seed) : network;
    }
  }
}

/** Makes a network that ships for the inputs and outputs of a model. @throws UserError where it cannot have them */
function shippedStudent(
  name: Architecture,
  step: DistillStep,
  { model, data }: StudentContext,
  seed: number,
): ModelContent {
  const { inputs, results, calls } = readGraph(model);
  const [input, result] = [inputs[0]?.slice(1), results[0]];
  const output = result && calls[result.call]!.shape?.slice(1);
  const sizes = input?.filter((size) => size !== null);
  if (inputs.length !== 1 || results.length !== 1 || !input || sizes?.length !== input.length)
    throw new UserError(
      `The student ${name} has one input of a fixed shape and one output, which the teacher has not: choose the model itself, scaled by "width".`,
    );
  const [outputs] = output ?? [];
  if (output?.length !== 1 || outputs == null)
    throw new UserError(
      `The student ${name} answers with classes or with a row of numbers, but the teacher with ${output?.map((size) => size ?? '?').join('x') ?? 'an open shape'}: choose the model itself, scaled by "width".`,
    );
  const taken = inputFor(name, {}, { shape: input, format: 'idx', name: 'the teacher' });
  // An LSTM reads the rows of images, whatever their channels.
  if (name !== 'lstm' && taken.join() !== sizes.join())
    throw new UserError(
      `The student ${name} takes ${taken.join('x')}, but the teacher ${sizes.join('x')}: choose another student.`,
    );
  const isTable = name === 'mlp' && sizes.length === 1 && data?.kind === 'numbers';
  return randomArchitecture(name, seed, {
    ...{ input: sizes, outputs, units: step.units ?? ARCHITECTURES[name].units },
    activation: outputActivations(readGraph(model))[0] === 'sigmoid' ? 'sigmoid' : 'linear',
    scaling: isTable ? featureScaling(data.split('train')) : undefined,
  });
}
