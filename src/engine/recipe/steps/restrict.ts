import { UserError } from '../../../protocol/errors';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { BinarizeStep } from '../../../protocol/steps/binarize';
import type { ClusterStep } from '../../../protocol/steps/cluster';
import type { TernarizeStep } from '../../../protocol/steps/ternarize';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts } from '../../compress/counts';
import { clustered } from '../../compress/restrict/cluster';
import type { RestrictedModel } from '../../compress/restrict/restrict';
import { binarizedModel, ternarizedModel } from '../../compress/restrict/sign-steps';
import { kernelChannels } from '../../model/kernel-channels';
import type { Constraint, Form } from '../../train/constraints/constraint';
import { codebookOf, distinctValues } from '../../train/constraints/distinct';
import { MOST_VALUES } from '../../train/constraints/recognize';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import { sameBytes } from '../outcome';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { Restrictions, RunContext } from '../run-context';
import type { StepKind } from './kind';

type RestrictStep = ClusterStep | TernarizeStep | BinarizeStep;

/**
 * Restricts a model, and checks that pruned weights stayed 0 and that files hold exactly these values.
 * @throws UserError where nothing can be changed; Error where a weight that was 0 is not 0 any more
 */
function checked(model: ModelContent, done: RestrictedModel): RestrictedModel {
  if (done.changed.size === 0)
    throw new UserError(
      'The model has no kernels that can be changed in this way: protect fewer layers, or change the first and the last one too.',
    );
  const stored = asStored(done.model);
  for (const name of done.changed.keys()) {
    const [before, after] = [model.tensors.get(name)!, done.model.tensors.get(name)!];
    if (before.data.some((value, i) => value === 0 && after.data[i] !== 0))
      throw new Error(`a weight of ${name} that was 0 is not 0 any more`);
    if (!sameBytes(after, stored.tensors.get(name)!)) throw new Error(`the weights of ${name} would change on writing`);
  }
  return { ...done, model: stored };
}

/** The common part of steps after which weights have few values. */
function kindOf<Step extends RestrictStep>(
  restrict: (model: ModelContent, step: Step) => RestrictedModel,
  formOf: (step: Step, over: readonly number[], values: Float32Array) => Form,
): StepKind<Step> {
  const done = (model: ModelContent, step: Step): RestrictedModel => checked(model, restrict(model, step));
  return {
    validate: { dryRun: (model, step) => done(model, step).model },
    plan: ({ session: { checkpoint } }: PlanContext, step): Promise<Outlook> => {
      const { model } = done(checkpoint, step);
      const counts = keptCounts(checkpoint, model);
      return Promise.resolve({ kind: 'same', counts, apply: () => Promise.resolve({ model, counts }) });
    },
    run: async (context: RunContext, step) => {
      await measureBefore(context);
      const { model, layers } = done(context.model, step);
      context.model = model;
      const metrics = await measureAfter(context, step.step);
      return { step: step.step, layers: [...layers], ...afterStep(metrics, context.prepared.data?.reported) };
    },
    constraints: (before, step) => restrictions(before, done(before, step), step, formOf),
  };
}

/** Returns the forms of the changed weights, with the weights before as shadows. */
function restrictions<Step extends RestrictStep>(
  before: ModelContent,
  { model, changed }: RestrictedModel,
  step: Step,
  formOf: (step: Step, over: readonly number[], values: Float32Array) => Form,
): Restrictions {
  const constraints = new Map<string, Constraint>();
  for (const [name, kernel] of changed) {
    const { data, shape } = before.tensors.get(name)!;
    const all = step.step !== 'cluster' && step.scaleOf === 'tensor';
    const { data: values, quantization: stored } = model.tensors.get(name)!;
    if (!(data instanceof Float32Array && values instanceof Float32Array)) continue;
    const form = formOf(step, all ? [...shape.keys()] : kernelChannels(kernel).over, values);
    constraints.set(name, { form, ...(stored ? { stored } : {}), shadow: data });
  }
  return { constraints, tensors: model.tensors };
}

export const cluster: StepKind<ClusterStep> = kindOf(clustered, ({ assignments }, _, values) => {
  const distinct = distinctValues(values, MOST_VALUES);
  if (!distinct) throw new Error('a clustered kernel has more values than a codebook');
  return { ...codebookOf(values, distinct), moves: assignments === 'move' };
});
export const ternarize: StepKind<TernarizeStep> = kindOf(ternarizedModel, ({ scales }, over) => ({
  kind: 'ternary',
  over,
  trainedScales: scales === 'trained',
}));
export const binarize: StepKind<BinarizeStep> = kindOf(binarizedModel, (_, over) => ({ kind: 'binary', over }));
