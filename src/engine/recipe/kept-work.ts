import { count } from '../../protocol/format';
import type { KeptWork } from '../../protocol/kept';
import type { StepResult } from '../../protocol/steps';
import type { ModelContent } from '../checkpoint/types';
import { pairsOf } from '../checkpoint/values';
import { countNonzero } from '../measure/inspect';
import { readGraph } from '../model/graph';
import { channelAt, kernelChannels, type Channels, type KernelChannels } from '../model/kernel-channels';
import type { GraphTensor } from '../model/model-graph';
import type { Constraint, Form } from '../train/constraints/constraint';
import { constraintOf, constraintWords } from '../train/constraints/recognize';

/**
 * Compares a model with the one before a step: zeros of kernels, and weights that had few values. Zeros between signs
 * belong to these, so training may move them. Kernels of layers that the step replaced keep nothing.
 * @returns undefined where there was nothing to keep
 */
export function keptWork(before: ModelContent, after: ModelContent, told: StepResult): KeptWork | undefined {
  const replaced = tensorsIn(before, replacedBy(told));
  const now = new Map(tensorsOf(after).map((one) => [one.tensor.name, one]));
  let [zeros, tensors] = [0, 0];
  const lost: string[] = [];
  for (const was of tensorsOf(before)) {
    const had = constraintOf(was);
    if (was.kernel && replaced.has(was.tensor.name)) {
      const zeros = zerosKept(was, was).held;
      if (had) lost.push(`${was.tensor.name} no longer has ${constraintWords(had)}, because others are in its place`);
      if (zeros > 0 && !isSigned(had?.form)) lost.push(`${count(zeros)} zeros of ${was.tensor.name} are lost with it`);
      continue;
    }
    const is = now.get(was.tensor.name);
    if (!is) continue;
    if (had && isKept(had, is)) tensors++;
    else if (had) lost.push(`${was.tensor.name} no longer has ${constraintWords(had)}`);
    if (!was.kernel || isSigned(had?.form)) continue;
    const { held, gone } = zerosKept(was, is);
    zeros += held;
    if (gone > 0) lost.push(`${count(gone)} zeros of ${was.tensor.name} are no longer 0`);
  }
  return zeros === 0 && tensors === 0 && lost.length === 0 ? undefined : { zeros, tensors, lost };
}

/** Finds the names of the layers that a step put others in the place of. */
const replacedBy = (told: StepResult): ReadonlySet<string> =>
  new Set(
    told.step === 'factorize' || told.step === 'compact'
      ? told.layers.filter(({ state }) => state === 'replaced').map(({ name }) => name)
      : [],
  );

const tensorsIn = (model: ModelContent, layers: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    readGraph(model)
      .layers.filter(({ name }) => layers.has(name))
      .flatMap(({ tensors }) => tensors.map(({ tensor }) => tensor.name)),
  );

/** Returns the tensors of a model, those of several layers once. */
const tensorsOf = (model: ModelContent): GraphTensor[] => [
  ...new Map(
    readGraph(model)
      .layers.flatMap((layer) => layer.tensors)
      .map((one) => [one.tensor.name, one]),
  ).values(),
];

const isSigned = (form: Form | undefined): boolean => form?.kind === 'binary' || form?.kind === 'ternary';

/** Counts zeros that stayed in a tensor of the same shape; in another one weights have no places to compare. */
function zerosKept({ tensor: was, params }: GraphTensor, { tensor: is }: GraphTensor): { held: number; gone: number } {
  if (was.shape.join() !== is.shape.join() || countNonzero(was) === params) return { held: 0, gone: 0 };
  let [held, gone] = [0, 0];
  for (const [before, after] of pairsOf(was, is))
    for (let i = 0; i < before.length; i++)
      if (before[i] === 0) {
        if (after[i] === 0) held++;
        else gone++;
      }
  return { held, gone };
}

/** True where a tensor has no more values than before under each scale, and is stored as before. */
function isKept({ form, stored }: Constraint, is: GraphTensor): boolean {
  const { data, quantization } = is.tensor;
  if (stored && stored.dtype !== quantization?.dtype) return false;
  if (!form) return true;
  if (!(data instanceof Float32Array)) return false;
  const channels = kernelChannels(is);
  const { most, each } = valuesOf(form, channels);
  const found = Array.from({ length: each.count }, () => new Set<number>());
  return !data.some((value, i) => value !== 0 && found[channelAt(each, i)]!.add(value).size > most);
}

/** Returns the most values other than 0 that a form allows, in each channel or in the tensor. */
function valuesOf(form: Form, channels: KernelChannels): { most: number; each: Channels } {
  const all = { count: 1, inner: 1 };
  switch (form.kind) {
    case 'codebook':
      return { most: form.values.length, each: all };
    case 'levels':
      return {
        most: form.least.values.reduce((most, low, i) => Math.max(most, form.most.values[i]! - low), 0),
        each: channels,
      };
    case 'ternary':
    case 'binary':
      return { most: 2, each: form.over.length === channels.shape.length ? all : channels };
  }
}
