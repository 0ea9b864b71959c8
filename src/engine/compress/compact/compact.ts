import type { Compaction } from '../../../protocol/compaction';
import { UserError } from '../../../protocol/errors';
import type { CompactStep } from '../../../protocol/steps/compact';
import type { ModelContent } from '../../checkpoint/types';
import { applyEdits } from '../../model/edit/apply';
import type { Edit } from '../../model/edit/edit';
import type { NewLayer } from '../../model/edit/new-layer';
import { NewNames } from '../../model/edit/new-names';
import { compareOutputs, type CompareOptions } from '../difference/compare-outputs';
import { LARGEST_DIFFERENCE } from '../remove/difference';
import { layeredGraph } from '../reshape/layered';
import { chainOf } from './chain';
import { describeCompact } from './describe';
import { fitted, unfitted, type Fitted } from './fit';
import { planCompact, type CompactOptions } from './plan';

/** The compact model, and the report on it. */
export interface Compacted extends Compaction {
  readonly model: ModelContent;
  /** For each layer of the model before, the indices of the layers in its place. */
  readonly parts: readonly (readonly number[])[];
}

/**
 * Replaces convolutions by compact ones, fitted to the outputs of the original ones where there are examples.
 * @throws UserError where the step does not fit the model, or its amount cannot be reached; CancelledError
 */
export async function compactByStep(
  model: ModelContent,
  step: CompactStep,
  options: CompactOptions,
): Promise<Compacted> {
  const { dataset, seed, signal, onProgress } = options;
  const plan = await planCompact(model, step, options);
  const start = unfitted(model.tensors, [...plan.chosen.values()]);
  const done = dataset
    ? await fitted(model, start, dataset, { samples: step.samples, seed, signal, onProgress })
    : start;
  const { model: smaller, chains } = replaced(model, done);
  const check = { ...(dataset ? { images: dataset.split('validation') } : {}), inputShape: step.inputShape, signal };
  const weights = new Map([...done.tensors].filter(([, { group }]) => group !== 'optimizer'));
  await requireSame({ ...model, tensors: weights }, smaller, check);
  const compared = await compareOutputs(model, smaller, LARGEST_DIFFERENCE, check);
  const described = describeCompact({ model, smaller, step, plan, chains, fitted: done.layers });
  return {
    ...described,
    ...(typeof compared === 'string'
      ? { difference: null, notCompared: compared }
      : { difference: differenceOf(compared) }),
  };
}

/** Returns a comparison as reports have it. @throws UserError where an output is no number */
function differenceOf({
  spread,
  error,
  samples,
  on,
}: Exclude<Awaited<ReturnType<typeof compareOutputs>>, string>): Compaction['difference'] {
  if (!Number.isFinite(spread) || !Number.isFinite(error))
    throw new UserError(
      'The outputs of the model are NaN or infinite, or do not vary, so they cannot be compared and nothing was written: use another checkpoint or other data.',
    );
  return { largest: spread, relativeTo: 'spread', error, samples, on };
}

/** Puts the chains of the fitted layers into the model. `chains`: names of new layers, by the name of the layer before. */
function replaced(
  model: ModelContent,
  { layers, tensors }: Fitted,
): { readonly model: ModelContent; readonly chains: ReadonlyMap<string, readonly string[]> } {
  const { nodes } = layeredGraph(model);
  const names = new NewNames(model);
  const chains = new Map<string, readonly string[]>();
  const edits = layers.map(({ convolution, option, factors }): Edit => {
    const node = nodes.find(({ name }) => name === convolution.name)!;
    const bias = convolution.bias === undefined ? undefined : tensors.get(convolution.bias)?.data;
    const parts = chainOf(option.form.name, convolution, factors, bias instanceof Float32Array ? bias : undefined);
    const given = names.of(
      node,
      parts.map(({ part }) => part),
    );
    chains.set(convolution.name, given);
    const by = parts.map(({ op, tensors: own }, i): NewLayer => ({ name: given[i]!, op, tensors: own }));
    return { edit: 'replace', node, by };
  });
  return { model: applyEdits(model, edits), chains };
}

/** Checks that the new layers compute what was fitted. @throws UserError */
async function requireSame(expected: ModelContent, got: ModelContent, options: CompareOptions): Promise<void> {
  const found = await compareOutputs(expected, got, LARGEST_DIFFERENCE, options);
  if (typeof found !== 'string' && !(found.spread <= LARGEST_DIFFERENCE))
    throw new UserError(
      `The new layers do not compute what they stand for: the outputs differ by ${(100 * found.spread).toPrecision(2)}% of their spread, more than ${100 * LARGEST_DIFFERENCE}%, so nothing was written: leave some layers out with "protect".`,
    );
}
