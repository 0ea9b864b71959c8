import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { afterStep } from '../../../protocol/steps/measured-after';
import { storedAsFloats, type QuantizeStep } from '../../../protocol/steps/quantize';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import type { CalibrationOptions } from '../../compress/calibration/subject';
import { keptCounts } from '../../compress/counts';
import { compensated } from '../../compress/quantize/compensate';
import { roundedTo, type KernelGrids } from '../../compress/quantize/channel-grid';
import { quantized, type QuantizedModel } from '../../compress/quantize/quantize';
import type { Dataset } from '../../dataset/open-data';
import { asStored } from '../as-stored';
import { measureAfter, measureBefore } from '../compressed';
import { sameBytes } from '../outcome';
import type { Outlook, PlanContext } from '../planning/outlook';
import { progressTo } from '../types';
import type { RunContext } from '../run-context';
import type { StepKind } from './kind';

async function run(context: RunContext, step: QuantizeStep): Promise<StepResult> {
  await measureBefore(context);
  const { prepared, listener } = context;
  const options = { seed: prepared.recipe.seed, signal: listener.signal, onProgress: progressTo(listener) };
  const done = await carriedOut(context.model, step, prepared.data, options);
  const { layers } = done;
  context.model = done.model;
  const metrics = await measureAfter(context, 'quantize');
  return { step: 'quantize', layers: [...layers], ...afterStep(metrics, prepared.data?.reported) };
}

function plan({ session: { checkpoint }, data, ...options }: PlanContext, step: QuantizeStep): Promise<Outlook> {
  const nearest = checked(checkpoint, quantized(checkpoint, step));
  const counts = keptCounts(checkpoint, nearest.model);
  const apply = async () => {
    const fitted = step.rounding === 'compensated' ? await data.needed('Compensated rounding') : await data.fitted();
    const { model } = await carriedOut(checkpoint, step, typeof fitted === 'string' ? null : fitted, options);
    return { model, counts: keptCounts(checkpoint, model) };
  };
  return Promise.resolve({ kind: 'same', counts, apply, notes: storedAsFloats(nearest.layers) });
}

/** Quantizes a model, with compensated errors where the step or the data allow it. @throws UserError, CancelledError */
async function carriedOut(
  model: ModelContent,
  step: QuantizeStep,
  data: Dataset | null,
  options: Pick<CalibrationOptions, 'seed' | 'signal' | 'onProgress'>,
): Promise<QuantizedModel> {
  const nearest = quantized(model, step);
  const compensates = data !== null && step.rounding !== 'nearest';
  return checked(model, compensates ? await compensated(model, nearest, step, data, options) : nearest);
}

/**
 * Checks that something was quantized, that zeros stayed, and that files hold exactly these values.
 * @throws UserError where nothing can be quantized; Error where a value would change on writing
 */
function checked(before: ModelContent, done: QuantizedModel): QuantizedModel {
  if (done.layers.every(({ state }) => state === 'kept'))
    throw new UserError(
      'The model has no weights that can be quantized in this way: choose other weights, or protect fewer layers.',
    );
  const stored = asStored(done.model);
  for (const [name, tensor] of done.model.tensors) {
    const again = stored.tensors.get(name);
    if (tensor.quantization && !(again?.quantization && sameBytes(tensor, again)))
      throw new Error(`the weights of ${name} would change on writing`);
    const grids = done.grids.get(name);
    if (grids) requireOnGrid(tensor, before.tensors.get(name)!, grids);
  }
  return done;
}

/** @throws Error where a value is not on its grid, or a 0 is no longer 0 */
function requireOnGrid({ name, data }: Tensor, before: Tensor, grids: KernelGrids): void {
  if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
  const again = roundedTo(grids, data);
  if (data.some((value, i) => value !== again[i])) throw new Error(`a weight of ${name} is not on its grid`);
  if (before.data.some((value, i) => value === 0 && data[i] !== 0))
    throw new Error(`a weight of ${name} that was 0 is not 0 any more`);
}

export const quantize: StepKind<QuantizeStep> = {
  validate: { dryRun: (model, step) => checked(model, quantized(model, step)).model },
  plan,
  run,
};
