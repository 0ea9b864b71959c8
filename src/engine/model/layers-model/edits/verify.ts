import { UserError } from '../../../../protocol/errors';
import type { TensorRef } from '../../edges';
import type { GraphNode, ModelGraph } from '../../model-graph';
import type { ReplaceEdit } from './replacements';

/**
 * Checks that a model with replaced layers is the one that was meant: its outputs are made by the same calls, but for the
 * replaced layers, and each new layer has its tensors. Files count the calls of layers in the order in which they can be
 * made, which a replacement may change.
 * @throws UserError where TensorFlow.js would compute something else
 */
export function verifyReplaced(before: ModelGraph, after: ModelGraph, edits: readonly ReplaceEdit[]): void {
  const replaced = new Map(edits.map((edit) => [keyOf(edit.node.path), edit]));
  const terms = new Terms();
  const [expected, got] = [terms.of(before, replaced), terms.of(after, new Map())];
  const same = expected.length === got.length && expected.every((one, i) => one === got[i]);
  if (!same || before.inputs.length !== after.inputs.length)
    throw new UserError(
      `The layers ${edits.map(({ node }) => `"${node.name}"`).join(', ')} cannot be replaced together, because the calls of a shared layer would be counted in another order: leave some of them as they are.`,
    );
  const twice = after.calls.find(({ inputs }) => isTwice(inputs));
  if (twice && !before.calls.some(({ inputs }) => isTwice(inputs)))
    throw new UserError(
      `A layer before "${after.nodes[twice.node]!.name}" cannot be dropped, because TensorFlow.js cannot call a layer with the same tensor twice: leave it as it is.`,
    );
  const nodes = new Map(after.nodes.map((node) => [keyOf(node.path), node]));
  for (const { node, by } of edits)
    for (const { name, tensors } of by) {
      const path = [...node.path.slice(0, -1), name];
      const owned = nodes.get(keyOf(path))?.tensors ?? [];
      if (owned.length !== tensors.length || !tensors.every(({ role }) => owned.some((one) => one.role === role)))
        throw new Error(`the new layer ${name} does not own the tensors that it was given`);
    }
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path);
const isTwice = (inputs: readonly TensorRef[]): boolean =>
  new Set(inputs.map(({ call, output }) => `${call} ${output}`)).size < inputs.length;

/** Numbers computations, equal ones alike. */
class Terms {
  readonly #known = new Map<string, number>();

  /** Returns the numbers of the outputs of a model. */
  of({ nodes, calls, results, inputCalls }: ModelGraph, replaced: ReadonlyMap<string, ReplaceEdit>): number[] {
    /** The number of a call, or the tensor that it passes on. */
    const made: (number | TensorRef)[] = [];
    const valueOf = ({ call, output }: TensorRef): string => {
      const one = made[call]!;
      return typeof one === 'number' ? `${one}:${output}` : valueOf(one);
    };
    for (const [i, { node, inputs }] of calls.entries()) {
      const { path, op }: GraphNode = nodes[node]!;
      const feeds = inputs.map((one) => `${valueOf(one)}:${one.keyword ?? ''}`);
      const edit = replaced.get(keyOf(path));
      const taken = `input ${inputCalls.indexOf(i)}`;
      if (!edit) made.push(this.#number([op.kind === 'input' ? taken : keyOf(path), ...feeds]));
      else if (edit.by.length === 0) made.push(inputs[0] ?? this.#number([taken]));
      else {
        const chain = edit.by.map(({ name }) => keyOf([...path.slice(0, -1), name]));
        made.push(chain.reduce((feed, one, k) => this.#number([one, ...(k === 0 ? feeds : [`${feed}:0:`])]), -1));
      }
    }
    return results.map((one) => this.#number([valueOf(one)]));
  }

  #number(parts: readonly string[]): number {
    const term = JSON.stringify(parts);
    const known = this.#known.get(term);
    if (known !== undefined) return known;
    this.#known.set(term, this.#known.size);
    return this.#known.size - 1;
  }
}
