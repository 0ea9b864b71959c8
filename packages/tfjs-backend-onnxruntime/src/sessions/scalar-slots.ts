import type { Value } from '../graph/value';
import type { Disposable } from './lru-cache';

/**
 * Which one-element inputs of a graph are baked into it as constants. All are at first, since most are true constants
 * (learning rates, epsilons) and constants let ONNX Runtime simplify; one that is seen to change becomes an input for good.
 */
export class ScalarSlots implements Disposable {
  readonly #baked: (number | undefined)[];
  readonly bytes = 0;

  constructor(leaves: readonly Value[]) {
    this.#baked = leaves.map(scalarOf);
  }

  /** Whether the leaf with this index is a constant of the graph. */
  isBaked(index: number): boolean {
    return this.#baked[index] !== undefined;
  }

  /** Turns changed constants into inputs. True where that happened: the compiled graph is then out of date. */
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
    // Holds nothing but a few numbers.
  }
}

function scalarOf(leaf: Value): number | undefined {
  if (leaf.placeholder || leaf.dtype === 'bool' || leaf.data?.length !== 1) return undefined;
  return Number(leaf.data[0]);
}
