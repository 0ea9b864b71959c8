import { UserError } from '../../../protocol/errors';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { FactorizeStep } from '../../../protocol/steps/factorize';
import type { StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts, reshapedCounts } from '../../compress/counts';
import { compareOutputs, type OutputCheck } from '../../compress/difference/compare-outputs';
import { chosenBy } from '../../compress/factorize/candidates';
import { possibleFactors } from '../../compress/factorize/possible';
import { factorizeLayers } from '../../compress/factorize/factorize';
import { sketched } from '../../compress/reshape/sketch';
import type { Dataset } from '../../dataset/open-data';
import { measureAfter, measureBefore } from '../compressed';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { RunContext } from '../run-context';
import { progressTo } from '../types';
import type { StepKind } from './kind';

/** Measures how far the outputs are from those before. @throws UserError where they are no numbers, CancelledError */
async function compared(
  before: ModelContent,
  after: ModelContent,
  { inputShape }: FactorizeStep,
  { dataset, signal }: { dataset: Dataset | null; signal?: AbortSignal | undefined },
): Promise<OutputCheck> {
  const images = dataset?.split('validation');
  const found = await compareOutputs(before, after, Infinity, { images, inputShape, signal });
  if (typeof found === 'string') return { difference: null, notCompared: found };
  const { spread: largest, error, samples, on } = found;
  if (!Number.isFinite(error))
    throw new UserError(
      'The outputs of the model are NaN or infinite, or the same for all examples, so they cannot be compared and nothing was written: use another checkpoint.',
    );
  return { difference: { largest, relativeTo: 'spread', error, samples, on } };
}

async function run(context: RunContext, step: FactorizeStep): Promise<StepResult> {
  const { prepared, listener } = context;
  await measureBefore(context);
  const options = { seed: prepared.recipe.seed, signal: listener.signal, onProgress: progressTo(listener) };
  const { model, layers, totals, samples } = await factorizeLayers(context.model, step, prepared.data, options);
  const check = await compared(context.model, model, step, { dataset: prepared.data, signal: listener.signal });
  context.model = model;
  const metrics = await measureAfter(context, 'factorize');
  const told = { layers: [...layers], totals, samples, ...check };
  return { step: 'factorize', ...told, ...afterStep(metrics, prepared.data?.reported) };
}

/** Ranks depend on the data, so the counts follow only when the step was applied to a copy. */
function plan(
  { session: { checkpoint }, data, seed, ...listener }: PlanContext,
  step: FactorizeStep,
): Promise<Outlook> {
  chosenBy(checkpoint, step);
  const apply = async () => {
    const fitted = await data.fitted();
    const dataset = typeof fitted === 'string' ? null : fitted;
    const done = await factorizeLayers(checkpoint, step, dataset, { seed, ...listener });
    const check = await compared(checkpoint, done.model, step, { dataset, signal: listener.signal });
    const counts = reshapedCounts(checkpoint, done, step.inputShape);
    return { model: done.model, counts, parts: done.parts, removal: check };
  };
  return Promise.resolve({ kind: 'layers', counts: keptCounts(checkpoint, checkpoint, step.inputShape), apply });
}

export const factorize: StepKind<FactorizeStep> = {
  validate: {
    recipe: ({ amount, ranks = {} }, where) => {
      if (amount === undefined && Object.keys(ranks).length === 0)
        throw new UserError(`${where} does not say how much stays: give it an "amount", or "ranks" of layers.`);
    },
    dryRun: (model, step) => sketched(model, possibleFactors(model, step)),
  },
  settles: true,
  plan,
  passes: ({ samples }, { kernels }) => samples * kernels,
  run,
};
