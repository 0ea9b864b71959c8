import type { RecipeStep } from '../../protocol/steps';

/** What a kind of step does, and what a model is after it; a kind that is not here is called by its own name. */
const WORDS: Readonly<Record<string, { verb: string; past: string }>> = {
  prune: { verb: 'Prune', past: 'pruned' },
  remove: { verb: 'Remove channels of', past: 'smaller' },
  target: { verb: 'Compress', past: 'target' },
  finetune: { verb: 'Fine-tune', past: 'finetuned' },
  rewind: { verb: 'Rewind', past: 'rewound' },
  recalibrate: { verb: 'Recalibrate', past: 'recalibrated' },
  evaluate: { verb: 'Evaluate', past: 'evaluated' },
};

/** Steps that recover what another has cost: a job is called after them only where there is no other. */
const RECOVERS: ReadonlySet<string> = new Set(['finetune', 'recalibrate', 'evaluate']);

/** Endings that a proposed name may have already: they make room for the new one. */
const ENDING = new RegExp(
  `-(${Object.values(WORDS)
    .map(({ past }) => past)
    .join('|')})(-[\\d.]+)*$`,
);

const main = (steps: readonly RecipeStep[]): RecipeStep | undefined =>
  steps.find(({ step }) => !RECOVERS.has(step)) ?? steps[0];

/** What a job does to a model: `Prune`. */
export function jobVerb(steps: readonly RecipeStep[]): string {
  const step = main(steps)?.step ?? 'run';
  return WORDS[step]?.verb ?? step;
}

/** What a model is called after a job: `cnn-pruned-90`. `sparsity`: of all kernel weights, where it is known. */
export function jobName(label: string, steps: readonly RecipeStep[], sparsity: number | null): string {
  const step = main(steps)?.step ?? 'run';
  const name = `${label.replace(ENDING, '')}-${WORDS[step]?.past ?? step}`;
  return step === 'prune' && sparsity !== null ? `${name}-${inPercent(sparsity)}` : name;
}

/** A share below all never becomes 100. */
function inPercent(share: number): number {
  const rounded = Math.round(share * 100);
  return rounded === 100 && share < 1 ? Math.min(99.9, Math.floor(share * 1000) / 10) : rounded;
}
