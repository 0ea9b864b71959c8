import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import type { CompactStep } from '../../../protocol/steps/compact';
import { afterStep } from '../../../protocol/steps/measured-after';
import { candidatesOf } from '../../compress/compact/candidates';
import { compactByStep } from '../../compress/compact/compact';
import { formOfAmount } from '../../compress/compact/options';
import { possibleForms } from '../../compress/compact/possible';
import { reshapedCounts } from '../../compress/counts';
import { layeredGraph } from '../../compress/reshape/layered';
import { sketched } from '../../compress/reshape/sketch';
import { withInputShape } from '../../model/input-shapes';
import { whyNotRunnable } from '../../model/runnable';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import type { Outlook, PlanContext } from '../planning/outlook';
import { progressTo } from '../types';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Replaces convolutions, and measures the model before and after. */
async function run(context: RunContext, step: CompactStep): Promise<StepResult> {
  const { prepared, listener } = context;
  await measureBefore(context);
  const {
    model,
    parts: _,
    ...report
  } = await compactByStep(context.model, step, {
    seed: prepared.recipe.seed,
    dataset: prepared.data,
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  context.model = asStored(model);
  const metrics = await measureAfter(context, 'compact');
  return { step: 'compact', ...report, ...afterStep(metrics, prepared.data?.reported) };
}

/** Convolutions are replaced in a copy, as the run does it. */
async function plan({ session, seed, data, ...listener }: PlanContext, step: CompactStep): Promise<Outlook> {
  const { checkpoint } = session;
  candidatesOf(layeredGraph(withInputShape(checkpoint, step.inputShape)), step);
  const fitting = whyNotRunnable(checkpoint) === undefined ? await data.fitted() : '';
  const dataset = typeof fitting === 'string' ? null : fitting;
  const done = await compactByStep(checkpoint, step, { seed, dataset, ...listener });
  const { model, parts, difference, notCompared } = done;
  const counts = reshapedCounts(checkpoint, done, step.inputShape);
  const removal = { difference, ...(notCompared === undefined ? {} : { notCompared }) };
  return { kind: 'layers', counts, apply: () => Promise.resolve({ model: asStored(model), counts, parts, removal }) };
}

export const compact: StepKind<CompactStep> = {
  validate: {
    recipe: ({ form, amount }, where) => {
      const own = formOfAmount(amount);
      const [key] = Object.keys(amount);
      if (own !== undefined && form !== 'best' && form !== own)
        throw new UserError(
          `${where} has the form ${form}, but "${key}" is an amount of the form ${own}: leave "form" out, or give "macs".`,
        );
    },
    dryRun: (model, step) => sketched(model, possibleForms(model, step)),
  },
  settles: true,
  plan,
  passes: ({ samples }, { kernels }) => samples * kernels,
  run,
};
