import { stepDefinition, stepNames, type RecipeStep } from '../../protocol/steps';

/** Endings that a proposed name may have already: they make room for the new one. */
const ENDING = new RegExp(`-(${stepNames.map((name) => stepDefinition(name).words.past).join('|')})(-[\\d.]+)*$`);

/** Steps that recover what another has cost give a job its name only where there is no other. */
const main = (steps: readonly RecipeStep[]): RecipeStep | undefined =>
  steps.find(({ step }) => !stepDefinition(step).traits.recovers) ?? steps[0];

/** What a job does to a model: `Prune`. */
export function jobVerb(steps: readonly RecipeStep[]): string {
  const step = main(steps)?.step;
  return step ? stepDefinition(step).words.verb : 'Run';
}

/** What a model is called after a job: `cnn-pruned-90`. `sparsity`: of all kernel weights, where it is known. */
export function jobName(label: string, steps: readonly RecipeStep[], sparsity: number | null): string {
  const step = main(steps)?.step;
  const name = `${label.replace(ENDING, '')}-${step ? stepDefinition(step).words.past : 'run'}`;
  return step === 'prune' && sparsity !== null ? `${name}-${inPercent(sparsity)}` : name;
}

/** A share below all never becomes 100. */
function inPercent(share: number): number {
  const rounded = Math.round(share * 100);
  return rounded === 100 && share < 1 ? Math.min(99.9, Math.floor(share * 1000) / 10) : rounded;
}
