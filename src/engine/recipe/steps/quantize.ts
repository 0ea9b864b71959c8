import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { afterStep } from '../../../protocol/steps/measured-after';
import type { QuantizeStep } from '../../../protocol/steps/quantize';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts } from '../../compress/counts';
import { quantized, type QuantizedModel } from '../../compress/quantize/quantize';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import { sameBytes } from '../outcome';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

async function run(context: RunContext, step: QuantizeStep): Promise<StepResult> {
  await measureBefore(context);
  const { model, layers } = checked(context.model, step);
  context.model = model;
  const metrics = await measureAfter(context, 'quantize');
  return { step: 'quantize', layers: [...layers], ...afterStep(metrics, context.prepared.data?.reported) };
}

function plan({ session: { checkpoint } }: PlanContext, step: QuantizeStep): Promise<Outlook> {
  const { model } = checked(checkpoint, step);
  const counts = keptCounts(checkpoint, model);
  return Promise.resolve({ kind: 'same', counts, apply: () => Promise.resolve({ model, counts }) });
}

/**
 * Quantizes a model and checks that its files hold exactly these values.
 * @throws UserError where nothing can be quantized; Error where a value would change on writing
 */
function checked(model: ModelContent, step: QuantizeStep): QuantizedModel {
  const done = quantized(model, step);
  if (done.layers.every(({ state }) => state === 'kept'))
    throw new UserError(
      'The model has no weights that can be quantized in this way: choose other weights, or protect fewer layers.',
    );
  const stored = asStored(done.model);
  for (const [name, tensor] of done.model.tensors) {
    const again = stored.tensors.get(name);
    if (tensor.quantization && !(again?.quantization && sameBytes(tensor, again)))
      throw new Error(`the weights of ${name} would change on writing`);
  }
  return done;
}

export const quantize: StepKind<QuantizeStep> = {
  validate: { dryRun: (model, step) => checked(model, step).model },
  plan,
  run,
};
