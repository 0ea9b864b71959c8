import { isNamed, type DataReference } from './dataset';
import type { Recipe } from './recipe';
import type { RecipeStep } from './steps';
import { shipped } from './steps/architecture';
import { studentKind } from './steps/distill';
import { START_TEACHER } from './steps/teaching';

/** Returns another path for a file that a step refers to: a checkpoint, or the description of a network. */
export type Rename = (given: string, kind: 'checkpoint' | 'architecture') => string;

/** The recipe with other paths for the files that its steps refer to, such as a teacher. */
export function withReferenced<R extends Pick<Recipe, 'steps'>>(recipe: R, rename: Rename): R {
  return { ...recipe, steps: recipe.steps.map((step) => renamed(step, rename)) };
}

/** The meaning of a path in a recipe: the checkpoint at its start, another one, the description of a network, data, or a module of layers. */
export type PathKind = 'start' | 'checkpoint' | 'architecture' | 'data' | 'layers';

/** The recipe with other paths for all files that it refers to. Data and networks that have a name keep it. */
export function withPaths(recipe: Recipe, rename: (given: string, kind: PathKind) => string): Recipe {
  const { checkpoint, data, layers } = recipe;
  return {
    ...withReferenced(recipe, rename),
    ...(checkpoint === undefined ? {} : { checkpoint: rename(checkpoint, 'start') }),
    ...(layers === undefined ? {} : { layers: rename(layers, 'layers') }),
    ...(data === undefined ? {} : { data: withSource(data, (source) => rename(source, 'data')) }),
  };
}

function withSource(data: DataReference, rename: (source: string) => string): DataReference {
  const source = typeof data === 'string' ? data : data.source;
  if (isNamed(source)) return data;
  return typeof data === 'string' ? rename(data) : { ...data, source: rename(source) };
}

function renamed(given: RecipeStep, rename: Rename): RecipeStep {
  if (given.step === 'rewind')
    return typeof given.to === 'string' ? { ...given, to: rename(given.to, 'checkpoint') } : given;
  const step =
    given.step === 'train' && !shipped(given.architecture)
      ? { ...given, architecture: rename(given.architecture, 'architecture') }
      : given;
  if (step.step === 'distill') {
    const student = studentKind(step.student);
    return {
      ...step,
      ...(student.kind === 'checkpoint' ? { student: rename(student.path, 'checkpoint') } : {}),
      ...(step.teacher === START_TEACHER ? {} : { teacher: rename(step.teacher, 'checkpoint') }),
    };
  }
  if (!('distill' in step) || !step.distill || step.distill.teacher === START_TEACHER) return step;
  return { ...step, distill: { ...step.distill, teacher: rename(step.distill.teacher, 'checkpoint') } };
}
