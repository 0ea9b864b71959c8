import type { Operation, OperationGraph, Scope } from './read';

/** An operation that computes with a constant. */
export interface Reader {
  readonly operation: Operation;
  readonly scope: Scope;
  /** Index of the input that takes the constant. */
  readonly index: number;
  /** True if the constant is sliced or transposed on its way. */
  readonly rearranged: boolean;
}

/** Operations that pass values on unchanged, and then those that also move values. */
const SAME = /^(Identity|ReadVariableOp|StopGradient|Snapshot|Enter|RefEnter|Cast|ExpandDims|PreventGradient)$/;
const MOVED = /^(Reshape|Transpose|Squeeze)$/;
const LOOP = /^(Stateless)?While$/;
/** The first input of a branch chooses a function and is not passed to it. */
const BRANCH = /^(Stateless)?(If|Case)$/;
/** Stands for the reader of the results of a graph or a function. */
const RETURN: Operation = { name: 'output', op: 'output', inputs: [], calls: [], transposed: false };

type Use = Pick<Reader, 'operation' | 'index'>;

/**
 * Finds the operations that compute with the constants of a graph. Follows operations that pass values on, and calls of
 * functions.
 */
export class Readers {
  private readonly uses = new Map<Scope, ReadonlyMap<string, readonly Use[]>>();
  /** The scope of each constant by its name, and its index among all nodes. */
  private readonly homes = new Map<string, Scope>();

  constructor(private readonly graph: OperationGraph) {
    for (const scope of [...graph.functions.values(), graph.main])
      for (const { name, op } of scope.operations) if (op === 'Const') this.homes.set(name, scope);
  }

  /**
   * Lists the operations that compute with the constant of this name; empty where there is no such constant, or none
   * reads it.
   */
  of(constant: string): readonly Reader[] {
    const home = this.homes.get(constant);
    if (!home) return [];
    const found: Reader[] = [];
    const seen = new Set<string>();
    const waiting: { scope: Scope; name: string; rearranged: boolean; loop: boolean }[] = [
      { scope: home, name: constant, rearranged: false, loop: false },
    ];
    for (let place = waiting.pop(); place; place = waiting.pop()) {
      const { scope, name, rearranged, loop } = place;
      const key = JSON.stringify([scope.name, name, rearranged]);
      if (seen.has(key)) continue;
      seen.add(key);
      // A loop returns the constants that it only passes on; their readers are elsewhere.
      if (scope.returns.includes(name) && !loop) found.push({ operation: RETURN, scope, index: 0, rearranged });
      for (const { operation, index } of this.usesIn(scope).get(name) ?? []) {
        const { op } = operation;
        const moved = rearranged || MOVED.test(op);
        const called = [...operation.calls, op].flatMap((one) => this.graph.functions.get(one) ?? []);
        if (index === 0 && (SAME.test(op) || MOVED.test(op)))
          waiting.push({ scope, name: operation.name, rearranged: moved, loop });
        else if (called.length > 0 && !(BRANCH.test(op) && index === 0))
          for (const inner of called) {
            const parameter = inner.parameters[index - (BRANCH.test(op) ? 1 : 0)];
            if (parameter !== undefined)
              waiting.push({ scope: inner, name: parameter, rearranged, loop: LOOP.test(op) });
          }
        else found.push({ operation, scope, index, rearranged });
      }
    }
    return found;
  }

  private usesIn(scope: Scope): ReadonlyMap<string, readonly Use[]> {
    const known = this.uses.get(scope);
    if (known) return known;
    const uses = new Map<string, Use[]>();
    for (const operation of scope.operations)
      operation.inputs.forEach((input, index) => {
        if (input === undefined) return;
        const list = uses.get(input);
        if (list) list.push({ operation, index });
        else uses.set(input, [{ operation, index }]);
      });
    this.uses.set(scope, uses);
    return uses;
  }
}
