import type { Value } from '../graph/value';
import type { Disposable } from './lru-cache';

/**
 * Tracks the one-element inputs of a graph that are baked in as constants. At first all are, because most are true
 * constants (betas, epsilons) and constants let ONNX Runtime simplify. A number that changes becomes an input for good.
 */
export class ScalarSlots implements Disposable {
  readonly #baked: (number | undefined)[];
  readonly bytes = 0;

  constructor(leaves: readonly Value[]) {
    this.#baked = leaves.map(scalarOf);
  }

  /** True if the leaf with this index is a constant of the graph. */
  isBaked(index: number): boolean {
    return this.#baked[index] !== undefined;
  }

  /** Turns changed constants into inputs. Returns true if there were any: the compiled graph is then out of date. */
  promoteChanged(leaves: readonly Value[]): boolean {
    let changed = false;
    for (let i = 0; i < leaves.length; i++) {
      if (this.#baked[i] === undefined || Object.is(this.#baked[i], scalarOf(leaves[i]!))) continue;
      this.#baked[i] = undefined;
      changed = true;
    }
    return changed;
  }

  dispose(): void {
    // It only holds a few numbers.
  }
}

function scalarOf(leaf: Value): number | undefined {
  if (leaf.placeholder || leaf.dtype === 'bool' || leaf.data?.length !== 1) return undefined;
  return Number(leaf.data[0]);
}
