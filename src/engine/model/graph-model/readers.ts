import type { Operation, OperationGraph, Scope } from './read';

/** An operation that computes with a constant. */
export interface Reader {
  readonly operation: Operation;
  readonly scope: Scope;
  /** Which input of it the constant is. */
  readonly index: number;
  /** Whether the constant is cut up or turned before it gets there. */
  readonly rearranged: boolean;
}

/** Operations that hand on what they are given, value by value, and those that move the values about too. */
const SAME = /^(Identity|ReadVariableOp|StopGradient|Snapshot|Enter|RefEnter|Cast|ExpandDims|PreventGradient)$/;
const MOVED = /^(Reshape|Transpose|Squeeze)$/;
const LOOP = /^(Stateless)?While$/;
/** A branch chooses by its first input, which the functions are not given. */
const BRANCH = /^(Stateless)?(If|Case)$/;
/** What a graph or a function gives back, as if an operation read it. */
const RETURN: Operation = { name: 'output', op: 'output', inputs: [], calls: [], transposed: false };

type Use = Pick<Reader, 'operation' | 'index'>;

/** Finds the operations that compute with the constants of a graph, through operations that hand them on and into functions. */
export class Readers {
  private readonly uses = new Map<Scope, ReadonlyMap<string, readonly Use[]>>();
  /** The scope in which a constant is, by its name, and its place among all nodes. */
  private readonly homes = new Map<string, Scope>();

  constructor(private readonly graph: OperationGraph) {
    for (const scope of [...graph.functions.values(), graph.main])
      for (const { name, op } of scope.operations) if (op === 'Const') this.homes.set(name, scope);
  }

  /** The operations that compute with the constant of this name; none where there is no such constant, or none reads it. */
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
      // What a loop only carries round is read where it is used.
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
