import { encodeDraft, type ModelDraft, type ValueName } from '../encoding/draft';
import { ModelBuilder } from '../encoding/model-builder';
import { mostBytesAlive } from '../graph/liveness';
import { nativeTypeOf, toNativeArray } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { Value } from '../graph/value';
import { findRewrites } from '../passes/find-rewrites';
import type { ScalarSlots } from '../sessions/scalar-slots';
import { Emission } from './emission';
import { emitValue } from './emitters';
import type { InternalOperators } from './internal-operators';

/** An encoded ONNX model of a plan. */
export interface EmittedModel extends ModelSignature {
  readonly bytes: Uint8Array;
}

/** An ONNX model of a plan before encoding, which can still be split into stages. */
export interface DraftedModel extends ModelSignature {
  readonly draft: ModelDraft;
}

/** The inputs and outputs of a model. */
export interface ModelSignature {
  /** The leaves that are graph inputs, with their index in the plan. Baked and unused leaves are left out. */
  readonly feeds: readonly { readonly leaf: number; readonly name: ValueName }[];
  /** The name of each output of the plan. */
  readonly outputs: readonly ValueName[];
  /** Estimated peak memory of the intermediate values, in bytes. */
  readonly scratchBytes: number;
}

/**
 * Writes a plan as an ONNX model, with standard operators and the given internal ones.
 *
 * @param threads number of threads that will run the model
 */
export function emitModel(plan: Plan, slots: ScalarSlots, operators: InternalOperators, threads: number): EmittedModel {
  const { draft, ...signature } = draftModel(plan, slots, operators, threads);
  return { bytes: encodeDraft(draft), ...signature };
}

/** Writes the model without encoding it. Values that the workers combine get an all-reduce node. */
export function draftModel(
  plan: Plan,
  slots: ScalarSlots,
  operators: InternalOperators,
  threads: number,
): DraftedModel {
  const builder = new ModelBuilder();
  const feeds: { leaf: number; name: ValueName }[] = [];
  const leafName = (leaf: Value): ValueName => {
    const type = nativeTypeOf(leaf.dtype);
    if (slots.isBaked(leaf.index)) return builder.constant(type, leaf.shape, toNativeArray(type, leaf.data!));
    const name = `input_${leaf.index}`;
    feeds.push({ leaf: leaf.index, name });
    return builder.input(name, type, leaf.shape);
  };
  const constants = (leaf: Value): number | undefined =>
    leaf.node === null && slots.isBaked(leaf.index) ? Number(leaf.data![0]) : undefined;
  const emission = new Emission(
    builder,
    findRewrites(plan, constants, threads),
    operators,
    threads,
    plan.reduced,
    leafName,
  );
  const scratch = new Map<Value, number>();
  for (const value of plan.order) {
    builder.purpose = value.node.operation.kind;
    emitValue(emission, value);
    scratch.set(value, builder.takeScratch());
  }
  const { skipped } = emission.rewrites;
  const scratchBytes = mostBytesAlive(
    plan,
    (value) => !skipped.has(value),
    (value) => scratch.get(value)!,
  );
  const outputs = plan.outputs.map((value) => builder.output(emission.flat(value), value.dtype, value.shape));
  return { draft: builder.draft, feeds, outputs, scratchBytes };
}
