import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { afterStep } from '../../../protocol/steps/measured-after';
import { storedAsFloats, type QuantizeStep } from '../../../protocol/steps/quantize';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import type { CalibrationOptions } from '../../compress/calibration/subject';
import { keptCounts } from '../../compress/counts';
import { withActivationGrids } from '../../model/activation-grids';
import { readGraph } from '../../model/graph';
import { calibrateActivations } from '../../compress/quantize/calibrate-activations';
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
    const fitted = await (step.activations
      ? data.needed('The quantization of activations')
      : step.rounding === 'compensated'
        ? data.needed('Compensated rounding')
        : data.fitted());
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
  const done = checked(model, compensates ? await compensated(model, nearest, step, data, options) : nearest);
  if (!step.activations) return done;
  if (!data) throw new Error('activations were let through without data');
  return withActivations(done, step, data, options);
}

/** Finds the grids of the inputs of all layers whose kernels have int8 grids. @throws UserError, CancelledError */
async function withActivations(
  done: QuantizedModel,
  { calibration, samples }: QuantizeStep,
  data: Dataset,
  options: Pick<CalibrationOptions, 'seed' | 'signal' | 'onProgress'>,
): Promise<QuantizedModel> {
  const grids = await calibrateActivations(done.model, done.grids.keys(), calibration, data, { ...options, samples });
  if (grids.size === 0)
    throw new UserError(
      'The model has neither dense layers nor convolutions of int8, so no activations can be quantized: leave "activations" out.',
    );
  const owners = new Map(
    readGraph(done.model).layers.flatMap(({ name, tensors }) =>
      tensors.flatMap(({ tensor }) => (grids.has(tensor.name) ? [[name, grids.get(tensor.name)!] as const] : [])),
    ),
  );
  const layers = done.layers.map((layer) => {
    const input = owners.get(layer.name);
    return input ? { ...layer, input } : layer;
  });
  return { ...done, layers, model: withActivationGrids(done.model, grids) };
}

/**
 * Checks that something was quantized, that zeros stayed, and that files hold exactly these values.
 * @throws UserError where nothing can be quantized; Error where a value would change on writing
 */
function checked(before: ModelContent, done: QuantizedModel): QuantizedModel {
  if (done.layers.every(({ state }) => state === 'kept')) {
    const shared = done.layers.find(({ reason }) => reason?.includes('share'));
    throw new UserError(
      shared
        ? `The model has no weights that can be quantized in this way ("${shared.name}": ${shared.reason}): leave the step out, or quantize to 8 or 16 bits.`
        : 'The model has no weights that can be quantized in this way: choose other weights, or protect fewer layers.',
    );
  }
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
  validate: {
    recipe: ({ activations, bits, grid, layers = {} }) => {
      if (!activations) return;
      const others = [bits, ...Object.values(layers)].filter((one) => one !== 'int8' && one !== 'float32');
      if (others.length > 0)
        throw new UserError(
          `Activations are quantized beside weights of int8, not of ${others[0]}: give "bits": "int8", or leave "activations" out.`,
        );
      if (grid === 'affine')
        throw new UserError(
          'Weights beside quantized activations are symmetric about 0, as ONNX Runtime computes them: leave "grid" out.',
        );
    },
    dryRun: (model, step) => checked(model, quantized(model, step)).model,
  },
  plan,
  passes: ({ rounding, activations, samples }, { kernels }) =>
    (rounding === 'nearest' ? 0 : samples * kernels) + (activations ? samples : 0),
  // Compensated rounding needs the data again, but the grids are in the values.
  constraints: ({ tensors }) => ({ behind: tensors }),
  run,
};
