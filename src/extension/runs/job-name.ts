import { t } from '../../protocol/l10n';
import { stepDefinition, stepNames, type RecipeStep } from '../../protocol/steps';

/** Endings of earlier jobs; a new ending replaces them. */
const ENDING = new RegExp(`-(${stepNames.map((name) => stepDefinition(name).words.past).join('|')})(-[\\d.]+)*$`);

/** The step that names a job. Steps that recover the loss of another name it only if there is no other. */
const main = (steps: readonly RecipeStep[]): RecipeStep | undefined =>
  steps.find(({ step }) => !stepDefinition(step).traits.recovers) ?? steps[0];

/** The title of a job on a model: `Prune fashion-cnn`. */
export function jobTitle(steps: readonly RecipeStep[], label: string): string {
  const step = main(steps)?.step;
  return t(`${step ? stepDefinition(step).words.verb : 'Run'} {0}`, label);
}

/** The name of a model after a job: `cnn-pruned-90`. `sparsity`: over all kernel weights, if known. */
export function jobName(label: string, steps: readonly RecipeStep[], sparsity: number | null): string {
  const step = main(steps)?.step;
  const name = `${label.replace(ENDING, '')}-${step ? stepDefinition(step).words.past : 'run'}`;
  return step === 'prune' && sparsity !== null ? `${name}-${inPercent(sparsity)}` : name;
}

/** A percentage that shows 100 only for all. */
function inPercent(share: number): number {
  const rounded = Math.round(share * 100);
  return rounded === 100 && share < 1 ? Math.min(99.9, Math.floor(share * 1000) / 10) : rounded;
}
